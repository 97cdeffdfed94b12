// Another time for a visit, or its first: a free slot of the worker's.
import { computed, reactive, ref } from 'vue'
import { onLoad, onShow } from '@dcloudio/uni-app'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { call } from '@/app/device'
import { useElder } from '@/app/elder'
import { unbroken } from '@yimi/words/format'
import { useLoad } from '@/app/list'
import { back, idOf } from '@/app/nav'
import { refusalOf, type RefusalText } from '@/app/refusal'
import { useSession } from '@/app/session'
import { moment, standing } from '@/app/nextStep'
import { useSlots } from './useSlots'

export function useChangeTime() {
  const { signedIn, starting } = useSession()
  const { elder } = useElder()
  const id = ref(0)
  const loaded = useLoad(async () => {
    const request = await api.get('/requests/{id}', { path: { id: id.value } })
    return { request, service: await api.get('/service-types/{id}', { path: { id: request.service_type_id } }) }
  })
  const request = computed(() => loaded.data.value?.request ?? null)
  const service = computed(() => loaded.data.value?.service ?? null)
  const booking = computed(() => (request.value ? standing(request.value) : undefined))
  onLoad((query) => (id.value = idOf(query?.id)))
  onShow(() => void run())

  const slots = useSlots({ service: () => service.value, unitId: () => request.value?.unit_id, requestId: () => id.value })
  const may = computed(() => !!request.value?.actions.includes('reschedule'))
  async function run() {
    if (!id.value) return
    await loaded.run()
    if (!may.value) return
    const worker = booking.value?.provider_id ?? request.value?.worker_id
    await slots.start(booking.value ? { providerId: booking.value.provider_id, startsAt: booking.value.starts_at } : null, worker)
    slots.chosen = null // the time that it has is free to itself, and no other one
  }

  const move = useAct((key, providerId: number, startsAt: string) =>
    api.post('/requests/{id}/reschedule', { path: { id: id.value }, body: { provider_id: providerId, starts_at: startsAt }, key }),
  )
  async function take(slot = slots.chosen) {
    if (!slot) return
    const done = await move.run(slot.provider_id, slot.starts_at)
    if (!done) return
    uni.showToast({ title: '时间改好了', icon: 'none' })
    back()
  }

  const callStation = () => request.value?.unit_phone && call(request.value.unit_phone)
  const refusal = computed<RefusalText | null>(() => {
    const of = move.problem.value
    if (!of) return null
    const text = refusalOf(of)
    const kept = booking.value ? '原来的时间还在，没有改' : '时间还没有定'
    const detail = `${text.detail}。${kept}。`.replace('。。', '。')
    if (!of.nextFree.length) return { ...text, detail }
    const others = of.nextFree.map((one) => ({
      act: `${one.provider_id} ${one.starts_at}`,
      text: `改约 ${moment(one.starts_at, elder.value)} ${unbroken(slots.nameOf(one.provider_id))}`,
    }))
    return {
      ...text,
      detail: `${detail}最近有空的是：`,
      choices: [...others, { act: 'other_slot', text: '看看别的时间' }, { act: 'close', text: '先不改了' }],
    }
  })
  function onRefusal(act: string) {
    const next = move.problem.value?.nextFree.find((one) => act === `${one.provider_id} ${one.starts_at}`)
    move.dismiss()
    if (next) return void take(next)
    if (act === 'other_slot') void slots.load()
    if (act === 'call') callStation()
    if (act === 'retry') void take()
    if (act === 'reload') void run()
  }

  return reactive({
    id,
    signedIn,
    starting,
    first: loaded.first,
    problem: loaded.problem,
    loading: loaded.loading,
    run,
    request,
    service,
    booking,
    slots,
    may,
    busy: move.busy,
    take: () => take(),
    callStation,
    refusal,
    onRefusal,
  })
}
