// A worker's day: what is next, what is to be accepted, what is booked today, what is open.
import { computed, shallowRef } from 'vue'
import { onPullDownRefresh, onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { isoDate } from '@yimi/words/format'
import { useLoad } from '@/app/list'
import { open } from '@/app/nav'
import { useSession } from '@/app/session'
import { asWorker } from './asWorker'
import { nextUp, stands } from './next'
import { useCaseActs, type Case } from './useCaseActs'

/** What is next may be some days off. */
const AHEAD = 14 * 86_400_000
const SHOWN = 5

export function useToday() {
  const { person } = useSession()
  const day = useLoad(async () => {
    const today = isoDate(Date.now())
    const [cases, bookings, provider] = await Promise.all([
      api.get('/me/cases', { query: { open: true, limit: 100 } }),
      api.get('/me/bookings', { query: { from: today, to: isoDate(Date.now() + AHEAD) } }),
      api.get('/me/provider'),
    ])
    return { today, cases: cases.items, more: cases.next_cursor !== '', bookings: bookings.items, provider }
  })
  const run = () => asWorker(day.run)
  onShow(() => void run())
  onPullDownRefresh(async () => {
    await run()
    uni.stopPullDownRefresh()
  })

  const toAccept = computed(() => day.data.value?.cases.filter((one) => one.actions.includes('accept')) ?? [])
  const going = computed(() => day.data.value?.cases.filter((one) => !one.actions.includes('accept')) ?? [])
  const cases = computed(() => going.value.slice(0, SHOWN))
  const today = computed(
    () =>
      day.data.value?.bookings.filter(
        (one) => isoDate(one.starts_at) === day.data.value?.today && one.state !== 'cancelled' && one.state !== 'lapsed',
      ) ?? [],
  )
  const up = computed(() => (day.data.value ? nextUp(day.data.value.bookings, day.data.value.cases) : null))
  const figures = computed(() => [
    { key: 'today', n: today.value.filter(stands).length, word: '今天还有', look: '', go: () => open('/pkg-worker/calendar') },
    { key: 'accept', n: toAccept.value.length, word: '待接单', look: toAccept.value.length ? 'warm' : '', go: goAccept },
    {
      key: 'cases',
      n: Math.max(day.data.value?.provider.open_cases ?? 0, day.data.value?.cases.length ?? 0),
      word: '在办个案',
      look: '',
      go: () => open('/pkg-worker/cases'),
    },
  ])
  const goAccept = () => (toAccept.value.length ? uni.pageScrollTo({ selector: '#accept', duration: 200 }) : open('/pkg-worker/cases'))

  // ---- deeds ----
  const acts = useCaseActs(() => void day.run())
  const handingBack = shallowRef<Case | null>(null)
  const starting = shallowRef<Schemas['Booking'] | null>(null)
  const contactOf = shallowRef(0)
  const said = (title: string) => uni.showToast({ title, icon: 'none' })

  const accept = (one: Case) =>
    acts.run(one.id, 'accept', undefined, (now) => {
      said(now.booking ? '已接下' : '已接下，记得约时间')
      void day.run()
    })
  const handBack = (reason: string) =>
    acts.run(handingBack.value!.id, 'hand-back', { reason }, () => {
      handingBack.value = null
      said('已交回站点')
      void day.run()
    })
  const start = (body: Schemas['StartInput']) =>
    acts.run(starting.value!.request_id, 'start', body, () => {
      starting.value = null
      said('开始了')
      void day.run()
    })

  return { person, day, run, toAccept, going, cases, today, up, figures, acts, handingBack, starting, contactOf, accept, handBack, start }
}
