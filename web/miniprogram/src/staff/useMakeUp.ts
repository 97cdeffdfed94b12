import { ref, shallowRef } from 'vue'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useGiven } from '@/app/useGiven'
import { asTimeSpan, minutesOf, type Given } from '@yimi/words/givenTime'
import { WAITS_SHORT } from '@yimi/words/hourWords'

type Row = Schemas['AttendanceRow']

export interface MakeUpOf {
  row: Row
  shiftId: number
  startsAt: string
  endsAt: string
}

export const REASONS = ['忘记签退，在场服务到结束', '手机没电，在场服务到结束', '提前离开，按实际时间记', '现场没有信号']

/** A time by hand for one volunteer: proposed here, and entered when a second person says yes. */
export function useMakeUp(after: () => unknown) {
  const of = shallowRef<MakeUpOf | null>(null)
  const time = useGiven(1)
  const reason = ref('')
  const refusal = shallowRef<{ words: string; rest?: Given } | null>(null)
  const act = useAct((key, shiftId: number, item: Schemas['AttendanceInput']['items'][number]) =>
    api.post('/shifts/{id}/attendance', { path: { id: shiftId }, body: { items: [item] }, key }),
  )

  function start(target: MakeUpOf) {
    of.value = target
    time.start({ from: Date.parse(target.startsAt), to: Date.parse(target.endsAt) }, likely(target))
    reason.value = target.row.in_at ? REASONS[0] : ''
    refusal.value = null
    act.dismiss()
  }

  async function send() {
    if (!of.value || time.wrong.value) return
    const { given, minutes, most } = time
    const lowered = minutes.value < most.value ? { minutes: minutes.value } : {}
    const result = await act.run(of.value.shiftId, {
      signup_id: of.value.row.signup_id,
      action: 'correct',
      given: asTimeSpan(given.value),
      ...lowered,
      reason: reason.value.trim(),
    })
    if (!result) return
    const [item] = result.items
    refusal.value = item.done ? null : refusedBy(item)
    if (!item.done) return
    of.value = null
    uni.showToast({ title: `已提出，${WAITS_SHORT[item.waits_for ?? 'colleague']}`, icon: 'none' })
    after()
  }

  /** Takes what is left of the time, where another record has the rest of it. */
  function takeRest() {
    const rest = refusal.value?.rest
    if (rest) time.given.value = rest
    refusal.value = null
  }

  function chose(choice: string) {
    act.dismiss()
    if (choice === 'retry') void send()
    if (choice === 'reload') after()
  }

  return {
    of,
    ...time,
    reason,
    refusal,
    busy: act.busy,
    problem: act.problem,
    start,
    send,
    takeRest,
    chose,
    close: () => (of.value = null),
  }
}

function refusedBy({ detail, rest }: Schemas['BatchItem']) {
  return { words: detail || '没有办成，请刷新后再看', ...(rest ? { rest: { from: Date.parse(rest.from), to: Date.parse(rest.to) } } : {}) }
}

/** What it probably was: from the check-in, or the start, to the check-out, or the end of the shift. */
function likely({ row, startsAt, endsAt }: MakeUpOf): Given {
  const shift = { from: Date.parse(startsAt), to: Date.parse(endsAt) }
  const whole = {
    from: row.in_at ? Math.max(shift.from, onMinute(row.in_at, Math.ceil)) : shift.from,
    to: row.out_at ? Math.min(shift.to, onMinute(row.out_at, Math.floor)) : shift.to,
  }
  return minutesOf(whole) > 0 ? whole : shift
}

/** A scan on the whole minute within it, as it is shown. */
const onMinute = (at: string, round: (n: number) => number) => round(Date.parse(at) / 60_000) * 60_000
