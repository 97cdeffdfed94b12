import { computed } from 'vue'
import { onPullDownRefresh, onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { isoDate } from '@/app/format'
import { useLoad } from '@/app/list'
import { open } from '@/app/nav'
import { useSession } from '@/app/session'
import { asStaff } from './asStaff'
import { QUEUES } from './requestWork'

type WorkShift = Schemas['WorkShift']

const PHASES = {
  coming: { tag: { word: '还没开始', tone: undefined }, tone: 'quiet', icon: 'i-clock', act: null },
  checkin: { tag: { word: '可以签到', tone: 'info' }, tone: '', icon: 'i-scan', act: { word: '出示签到码', icon: 'qr', testid: 'show-code' } },
  under_way: { tag: { word: '进行中', tone: 'ok' }, tone: '', icon: 'i-scan', act: { word: '出示签到码', icon: 'qr', testid: 'show-code' } },
  to_confirm: { tag: { word: '待确认', tone: 'wait' }, tone: 'warm', icon: 'i-approve', act: { word: '去确认', icon: 'check', testid: 'go-confirm' } },
} as const

/** What waits for staff, and today's shifts. */
export function useWorkbench() {
  const { person } = useSession()
  const work = useLoad(() => api.get('/workbench'))

  onShow(() => void asStaff(work.run))
  onPullDownRefresh(async () => {
    await work.run()
    uni.stopPullDownRefresh()
  })

  const cards = computed(() => (work.data.value?.shifts ?? []).map((shift) => ({ ...shift, ...PHASES[shift.phase], today: isoDate(shift.starts_at) === isoDate(Date.now()), said: saidOf(shift) })))
  const waiting = computed(() => (work.data.value ? waitingOf(work.data.value) : 0))
  const counts = computed(() => {
    const w = work.data.value
    if (!w) return []
    const doors = [
      { key: 'requests', n: w.requests.new, word: '服务申请', go: () => open('/pkg-staff/requests?queue=new') },
      { key: 'signups', n: w.pending_signups, word: '活动报名', go: () => open('/pkg-staff/signups') },
      { key: 'confirm', n: w.to_confirm, word: '待确认', go: goConfirm },
      { key: 'attention', n: w.attention + w.requests.overdue + w.requests.follow_up + w.requests.messages, word: '需留意', go: () => open('/pkg-staff/attention') },
    ]
    const firstToDo = doors.find((door) => door.n > 0 && door.key !== 'attention')?.key
    return doors.map((door) => ({ ...door, look: door.key === 'attention' && door.n > 0 ? 'warm' : door.key === firstToDo ? 'on' : '' }))
  })

  /** What waits beside the four counts; only what there is. */
  const rows = computed(() => {
    const w = work.data.value
    if (!w) return []
    const queues = QUEUES.filter((one) => one.queue !== 'new').map((one) => ({ key: one.queue as string, word: one.word, icon: one.icon, late: one.queue === 'overdue', n: w.requests[one.queue], url: `/pkg-staff/requests?queue=${one.queue}` }))
    const hours = { key: 'proposals', word: '时长复核', icon: 'shield', late: false, n: w.proposals, url: '/pkg-staff/proposals' }
    const disputes = { key: 'disputes', word: '时长疑问', icon: 'chat', late: false, n: w.disputes, url: '/pkg-staff/disputes' }
    return [...queues, hours, disputes].filter((one) => one.n > 0)
  })

  /** The one to confirm, else the list of them on this page. */
  function goConfirm() {
    const open_ = work.data.value?.shifts.filter((shift) => shift.phase === 'to_confirm') ?? []
    if (open_.length === 1) list(open_[0])
    else uni.pageScrollTo({ selector: '#shifts', duration: 200 })
  }

  function act(shift: WorkShift) {
    if (shift.phase === 'to_confirm') list(shift)
    else open(`/pkg-staff/code?shift_id=${shift.shift_id}`)
  }

  const list = (shift: WorkShift) => open(`/pkg-staff/attendance?shift_id=${shift.shift_id}`)
  return { work, person, counts, rows, waiting, cards, act, toConfirm: list }
}

function saidOf({ phase, taken, checked_in }: WorkShift): string {
  if (phase === 'coming') return `应到 ${taken} 人`
  if (phase === 'to_confirm') return `应到 ${taken} 人，签到 ${checked_in} 人`
  return `已签到 ${checked_in} / ${taken} 人`
}

/** Everything to look at, each once: those over time are among the new ones. */
function waitingOf({ pending_signups, to_confirm, attention, proposals, disputes, requests }: Schemas['Workbench']): number {
  const { overdue: _among, ...queues } = requests
  return pending_signups + to_confirm + attention + proposals + disputes + Object.values(queues).reduce((sum, n) => sum + n, 0)
}
