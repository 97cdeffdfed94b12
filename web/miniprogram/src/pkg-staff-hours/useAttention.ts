import { computed, ref, shallowRef } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useLoad, usePageList } from '@/app/list'
import { asStaff } from '@/staff/asStaff'
import { reportOf, waitsOf, type Report } from '@/staff/batch'
import { QUEUES } from '@yimi/words/queues'
import { useEntryAttention } from './useEntryAttention'
import { useMakeUp } from '@/staff/useMakeUp'

type Item = Schemas['AttentionItem']

/** Check-ins that need a look, over all shifts, and entries; and how many service requests do. */
export function useAttention() {
  const work = useLoad(() => api.get('/workbench'))
  const list = usePageList<Item>((cursor) => api.get('/attention', { query: { cursor } }))
  const entries = useEntryAttention()
  const makeUp = useMakeUp(() => list.refresh())
  const report = shallowRef<Report | null>(null)
  const now = ref(0)
  const confirm = useAct((key, shiftId: number, signupId: number) =>
    api.post('/shifts/{id}/attendance', { path: { id: shiftId }, body: { items: [{ signup_id: signupId, action: 'confirm' }] }, key }),
  )
  let last: Item | null = null

  const requests = computed(() => {
    const waiting = work.data.value?.requests
    return waiting
      ? QUEUES.filter((one) => one.queue === 'overdue' || one.queue === 'follow_up' || one.queue === 'messages')
          .map((one) => ({ ...one, n: waiting[one.queue] }))
          .filter((one) => one.n > 0)
      : []
  })

  onShow(() => void asStaff(() => Promise.all([list.refresh(), entries.list.refresh(), work.run()])))

  async function confirmOne(item: Item) {
    last = item
    now.value = item.row.signup_id
    const result = await confirm.run(item.shift_id, item.row.signup_id)
    if (!result) return
    const nameOf = () => item.row.person_name
    const [told, waits] = [reportOf(result, nameOf), waitsOf(result, nameOf)]
    if (told.failed.length || waits.length) report.value = { ...told, done: 0, waits }
    else uni.showToast({ title: '时长已记入', icon: 'success' })
    void list.refresh()
  }

  function chose(choice: string) {
    confirm.dismiss()
    if (choice === 'retry' && last) void confirmOne(last)
    if (choice === 'reload') void list.refresh()
  }

  const startMakeUp = (item: Item) =>
    makeUp.start({ row: item.row, shiftId: item.shift_id, startsAt: item.starts_at, endsAt: item.ends_at })
  return { list, entries, requests, makeUp, confirm, report, now, confirmOne, startMakeUp, chose, closeReport: () => (report.value = null) }
}
