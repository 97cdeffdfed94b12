// Choosing a time: one worker's week at a time, the taken slots in their place.
import { computed, reactive, ref, shallowRef, watch, type UnwrapNestedRefs } from 'vue'
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { isoDate } from '@yimi/words/format'
import { useLoad } from '@/app/list'
import { addDays, daySaid, mondayOf, monthSaid, partsOfDay } from './slots'

type Slot = Schemas['Slot']
type Service = Pick<Schemas['ServiceType'], 'id' | 'horizon_days'>

/** `service` and `unitId` are asked anew with each call, since the page may learn them later. */
export function useSlots(of: {
  service: () => Service | null
  unitId: () => number | undefined
  /** whose time is changed: its own booking is in nobody's way */ requestId?: () => number
}) {
  const today = isoDate(Date.now())
  const monday = ref(mondayOf(today))
  const providerId = ref(0)
  const date = ref('')
  const chosen = shallowRef<Slot | null>(null)
  let looked = false

  const calendar = useLoad(() =>
    api.get('/service-types/{id}/slots', {
      path: { id: of.service()!.id },
      query: {
        unit_id: of.unitId(),
        request_id: of.requestId?.(),
        provider_id: providerId.value || undefined,
        from: monday.value,
        to: addDays(monday.value, 6),
      },
    }),
  )
  const data = calendar.data

  /** From the top: the week of the earliest free slot, or of the one chosen; `worker` only, if one is named. */
  async function start(keep: { providerId: number; startsAt: string } | null = null, worker = 0) {
    looked = false
    providerId.value = worker
    if (keep) {
      providerId.value = keep.providerId
      monday.value = mondayOf(isoDate(keep.startsAt))
      date.value = isoDate(keep.startsAt)
      looked = true
    }
    await load()
    if (keep)
      chosen.value = allSlots.value.find((one) => one.state === 'free' && Date.parse(one.starts_at) === Date.parse(keep.startsAt)) ?? null
  }

  async function load() {
    await calendar.run()
    const next = provider.value?.next_free
    if (looked || !next || calendar.problem.value) return settle()
    looked = true
    const week = mondayOf(isoDate(next))
    if (week !== monday.value) {
      monday.value = week
      await calendar.run()
    }
    settle()
  }

  /** The day that was looked at, else the first with a free slot, else the first to come. */
  function settle() {
    const all = days.value
    if (all.some((one) => one.date === date.value)) return
    date.value = (all.find((one) => one.free > 0) ?? all.find((one) => one.date >= today))?.date ?? ''
  }

  const days = computed(() => data.value?.days ?? [])
  const allSlots = computed(() => days.value.flatMap((one) => one.slots))
  const day = computed(() => days.value.find((one) => one.date === date.value))
  const provider = computed(
    () => data.value?.providers.find((one) => one.id === (data.value?.provider_id ?? providerId.value)) ?? data.value?.providers[0],
  )
  const marks = computed(() => days.value.map((one) => ({ date: one.date, count: one.free, said: daySaid(one) })))

  // ---- weeks ----
  const last = computed(() => addDays(today, of.service()?.horizon_days ?? 28))
  const mayBack = computed(() => monday.value > mondayOf(today))
  const mayOn = computed(() => addDays(monday.value, 7) <= last.value)
  function turn(weeks: number) {
    if (weeks < 0 ? !mayBack.value : !mayOn.value) return
    monday.value = addDays(monday.value, weeks * 7)
    date.value = ''
    void load()
  }

  function pickDay(next: string) {
    if (next) date.value = next
  }
  function pick(slot: Slot) {
    if (slot.state === 'free') chosen.value = slot
  }
  function changeProvider(id: number) {
    if (id === provider.value?.id) return
    providerId.value = id
    chosen.value = null
    date.value = ''
    looked = false
    monday.value = mondayOf(today)
    void load()
  }
  // A slot that is free no longer is chosen no longer.
  watch(data, () => {
    const mine =
      chosen.value &&
      allSlots.value.find((one) => one.starts_at === chosen.value?.starts_at && one.provider_id === chosen.value?.provider_id)
    if (mine && mine.state !== 'free') chosen.value = null
  })

  const nameOf = (id: number) => data.value?.providers.find((one) => one.id === id)?.name ?? ''

  return reactive({
    ...{ data, first: calendar.first, problem: calendar.problem, loading: calendar.loading, start, load, provider, changeProvider, nameOf },
    ...{ monthSaid: computed(() => monthSaid(monday.value)), marks, date, pickDay, mayBack, mayOn, turn },
    ...{ day, parts: computed(() => partsOfDay(day.value?.slots ?? [])), chosen, pick },
  })
}

export type SlotsModel = UnwrapNestedRefs<ReturnType<typeof useSlots>>
