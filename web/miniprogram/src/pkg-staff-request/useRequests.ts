import { computed, ref } from 'vue'
import { onLoad, onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { useLoad, usePageList } from '@/app/list'
import { asStaff } from '@/staff/asStaff'
import { usePick } from '@/staff/batch'
import { QUEUES, isQueue } from '@yimi/words/queues'
import { approvable, decidable } from '@yimi/words/requestWork'
import { useDecide } from '@/staff/useDecide'
import { useFindRequest } from './useFindRequest'

type Request = Schemas['Request']

/** The queues of service requests, of which new ones can be decided many at once; and any request, found again. */
export function useRequests() {
  const queue = ref<Schemas['RequestQueue']>('new')
  const list = usePageList<Request>((cursor) =>
    api.get('/requests', { query: { ...(find.on.value ? find.query.value : { queue: queue.value }), cursor, limit: 50 } }),
  )
  const find = useFindRequest(anew)
  const work = useLoad(() => api.get('/workbench'))
  const chips = computed(() => QUEUES.map((one) => ({ ...one, n: work.data.value?.requests[one.queue] ?? 0 })))
  const shown = computed(() => QUEUES.find((one) => one.queue === queue.value)!)

  const pick = usePick(computed(() => list.items.value.filter(decidable).map((one) => one.id)))
  const ready = computed(() => list.items.value.filter(approvable).map((one) => one.id))
  const allReady = computed(() => ready.value.length > 0 && ready.value.every((id) => pick.has(id)))
  const saying = ref<'return' | 'reject'>('return')
  const decide = useDecide<Schemas['RequestDecisionInput']['decision']>(
    (key, ids, decision, reason) => api.post('/requests/decide', { body: { ids, decision, reason }, key }),
    nameOf,
    () => {
      pick.clear()
      return reload()
    },
  )

  onLoad((query) => {
    if (isQueue(query?.queue)) queue.value = query.queue
  })
  onShow(() => void asStaff(reload))

  const reload = () => Promise.all([list.refresh(), work.run()])

  function nameOf(id: number): string {
    const of = list.items.value.find((one) => one.id === id)
    return of ? `${of.person_name} · ${of.service_name}` : ''
  }

  function show(to: Schemas['RequestQueue']) {
    if (to === queue.value) return
    queue.value = to
    anew()
  }
  /** Something else is shown: what was there goes. */
  function anew() {
    list.items.value = []
    pick.clear()
    void list.refresh()
  }

  /** Asks why, for those ticked. */
  function ask(decision: 'return' | 'reject') {
    saying.value = decision
    decide.rejecting.value = pick.picked.value
  }

  return { queue, find, list, chips, shown, pick, ready, allReady, saying, decide, show, ask }
}
