import { computed, ref, shallowRef } from 'vue'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'

type Row = Schemas['AttendanceRow']

export interface MakeUpOf {
  row: Row
  shiftId: number
  startsAt: string
  endsAt: string
}

export const REASONS = ['忘记签退，在场服务到结束', '手机没电，在场服务到结束', '提前离开，按实际时间记', '现场没有信号']

/** Minutes by hand for one volunteer: proposed here, and entered when a second person says yes. */
export function useMakeUp(after: () => unknown) {
  const of = shallowRef<MakeUpOf | null>(null)
  const minutes = ref(0)
  const reason = ref('')
  const refusal = ref('')
  const act = useAct((key, shiftId: number, signupId: number, total: number, why: string) =>
    api.post('/shifts/{id}/attendance', { path: { id: shiftId }, body: { items: [{ signup_id: signupId, action: 'correct', minutes: total, reason: why }] }, key }),
  )
  const most = computed(() => (of.value ? Math.floor((Date.parse(of.value.endsAt) - Date.parse(of.value.startsAt)) / 60_000) : 0))

  function start(target: MakeUpOf) {
    of.value = target
    minutes.value = likely(target)
    reason.value = target.row.in_at ? REASONS[0] : ''
    refusal.value = ''
    act.dismiss()
  }

  async function send() {
    if (!of.value) return
    const result = await act.run(of.value.shiftId, of.value.row.signup_id, minutes.value, reason.value.trim())
    if (!result) return
    const [item] = result.items
    refusal.value = item.done ? '' : item.detail || '没有办成，请刷新后再看'
    if (!item.done) return
    of.value = null
    uni.showToast({ title: '已提出，等同事复核', icon: 'none' })
    after()
  }

  function chose(choice: string) {
    act.dismiss()
    if (choice === 'retry') void send()
    if (choice === 'reload') after()
  }

  return { of, minutes, reason, refusal, most, busy: act.busy, problem: act.problem, start, send, chose, close: () => (of.value = null) }
}

/** What it probably was: from the check-in, or the start, to the end of the shift. */
function likely({ row, startsAt, endsAt }: MakeUpOf): number {
  const from = Math.max(Date.parse(startsAt), row.in_at ? Date.parse(row.in_at) : 0)
  return Math.max(1, Math.floor((Date.parse(endsAt) - from) / 60_000))
}
