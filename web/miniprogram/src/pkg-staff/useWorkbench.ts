import { computed, shallowRef } from 'vue'
import { onPullDownRefresh, onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { useList } from '@/app/list'
import { open } from '@/app/nav'
import { useSession } from '@/app/session'
import { asStaff } from '@/staff/asStaff'
import { QUEUES } from '@yimi/words/queues'
import { confirmAt, partsOf, type WorkShift } from './workShifts'

/** What waits for staff, today's shifts, and those to confirm from before, page by page. */
export function useWorkbench() {
  const { person } = useSession()
  const work = shallowRef<Schemas['Workbench'] | null>(null)
  const list = useList<WorkShift>(async (cursor) => {
    if (cursor) return api.get('/workbench/shifts', { query: { cursor } })
    work.value = await api.get('/workbench')
    return { items: work.value.shifts, next_cursor: work.value.next_cursor }
  })

  onShow(() => void asStaff(list.refresh))
  onPullDownRefresh(async () => {
    await list.refresh()
    uni.stopPullDownRefresh()
  })

  const parts = computed(() => partsOf(list.items.value))
  const waiting = computed(() => (work.value ? waitingOf(work.value) : 0))
  const counts = computed(() => {
    const w = work.value
    if (!w) return []
    const doors = [
      { key: 'requests', n: w.requests.new, word: '服务申请', go: () => open('/pkg-staff-request/requests?queue=new') },
      { key: 'signups', n: w.pending_signups, word: '活动报名', go: () => open('/pkg-staff-activity/signups') },
      { key: 'confirm', n: w.to_confirm, word: '待确认', go: goConfirm },
      {
        key: 'attention',
        n: w.attention + w.requests.overdue + w.requests.follow_up + w.requests.messages,
        word: '需留意',
        go: () => open('/pkg-staff-hours/attention'),
      },
    ]
    const firstToDo = doors.find((door) => door.n > 0 && door.key !== 'attention')?.key
    return doors.map((door) => ({ ...door, look: door.key === 'attention' && door.n > 0 ? 'warm' : door.key === firstToDo ? 'on' : '' }))
  })

  /** What waits beside the four counts; only what there is. */
  const rows = computed(() => {
    const w = work.value
    if (!w) return []
    const queues = QUEUES.filter((one) => one.queue !== 'new').map((one) => ({
      key: one.queue as string,
      word: one.word,
      icon: one.icon,
      late: one.queue === 'overdue',
      n: w.requests[one.queue],
      url: `/pkg-staff-request/requests?queue=${one.queue}`,
    }))
    const hours = { key: 'proposals', word: '时长复核', icon: 'shield', late: false, n: w.proposals, url: '/pkg-staff-hours/proposals' }
    const disputes = { key: 'disputes', word: '时长疑问', icon: 'chat', late: false, n: w.disputes, url: '/pkg-staff-hours/disputes' }
    return [...queues, hours, disputes].filter((one) => one.n > 0)
  })

  /** The one to confirm, else the list of them on this page. */
  function goConfirm() {
    const to = confirmAt(list.items.value, work.value?.to_confirm ?? 0)
    if (typeof to === 'string') uni.pageScrollTo({ selector: to, duration: 200 })
    else sheet(to)
  }

  function act(shift: WorkShift) {
    if (shift.phase === 'to_confirm') sheet(shift)
    else open(`/pkg-staff-activity/checkin-code?shift_id=${shift.shift_id}`)
  }

  const sheet = (shift: WorkShift) => open(`/pkg-staff-activity/attendance?shift_id=${shift.shift_id}`)
  return { work, list, person, counts, rows, waiting, parts, act, toConfirm: sheet }
}

/** Everything to look at, each once: those over time are among the new ones. */
function waitingOf({ pending_signups, to_confirm, attention, proposals, disputes, requests }: Schemas['Workbench']): number {
  const { overdue: _among, ...queues } = requests
  return pending_signups + to_confirm + attention + proposals + disputes + Object.values(queues).reduce((sum, n) => sum + n, 0)
}
