// What a worker does next: from what the server allows, and the clock.
import type { Schemas } from '@yimi/client'
import type { When } from '@yimi/words/format'

type Booking = Schemas['Booking']
type Case = Pick<Schemas['Request'], 'state' | 'actions' | 'booking' | 'reason' | 'visits'>
export type Act = 'accept' | 'start' | 'finish' | 'schedule'

/** A visit may be begun from so long before its time on. */
const NEAR = 30 * 60_000

export interface NextStep {
  /** What the big button does; nothing when somebody else is to act, or it is too early. */
  act: Act | ''
  /** The line above, the line itself and the line below it. `at` stands in for `what` where the line is a time. */
  key: string
  what: string
  cap: string
  at?: Booking
}

/** Whether a booking still stands. */
export const stands = (of?: Booking): of is Booking => of?.state === 'booked' || of?.state === 'held'

/** Whether its time has come: half an hour before, or gone by. */
export function isNear(of: Booking, now: When = Date.now()): boolean {
  return Date.parse(of.starts_at) - NEAR <= Number(now)
}

/** The visit that is under way. */
export function visitNow(of: { visits?: Schemas['Visit'][] }): Schemas['Visit'] | undefined {
  return of.visits?.find((one) => !one.ended_at)
}

export const underWay = (of: Pick<Schemas['Request'], 'actions'>) => of.actions.includes('finish')

/** The next step of a case, for its page and for a row in a list. */
export function nextStep(of: Case, now = Date.now()): NextStep {
  const may = (act: Schemas['RequestAction']) => of.actions.includes(act)
  const booking = stands(of.booking) ? of.booking : undefined
  if (may('accept'))
    return {
      act: 'accept',
      key: '等您接单',
      what: '看一看，再接下',
      cap: booking ? '时间已经约好，接下就算数' : '接下以后，和服务对象约时间',
    }
  if (underWay(of)) return { act: 'finish', key: '正在服务', what: '做完了，写服务记录', cap: '写下做了什么，服务多少人次' }
  if (booking && may('start')) return standing(booking, now)
  if (may('schedule') || may('reschedule'))
    return {
      act: 'schedule',
      key: '下一步，请您',
      what: '约好时间',
      cap: of.booking?.state === 'no_show' ? '上次没有等到人，联系好再约' : '约好以后，申请人会收到消息',
    }
  if (may('start')) return { act: 'start', key: '下一步，请您', what: '开始服务', cap: '到了就按开始' }
  return waiting(of, booking)
}

function standing(booking: Booking, now: number): NextStep {
  const near = isNear(booking, now)
  const gone = Date.parse(booking.ends_at) < now
  const key = gone ? '时间过了，还没有开始' : near ? '时间到了，到了就按开始' : '下一次'
  return { act: near ? 'start' : '', key, what: '', cap: gone ? '服务过了就补上记录，没等到人也记一下' : '', at: booking }
}

const OVER: Partial<Record<Schemas['RequestState'], [string, string, string]>> = {
  completed: ['都做完了', '等站点看过后结案', '结案前站点可能请您再补充'],
  closed: ['已经结案', '这件事办完了', ''],
  cancelled: ['已经取消', '不用再去了', ''],
  referred: ['已经转介', '由别的单位接着办', ''],
  rejected: ['没有通过', '不用办了', ''],
}

/** Nothing to do for the worker: who is to act, or how it ended. */
function waiting(of: Case, booking?: Booking): NextStep {
  const [key, what, cap] = OVER[of.state] ?? (booking ? ['下一次', '', ''] : ['现在', '等站点办理', ''])
  return { act: '', key, what, cap: of.reason && of.state === 'cancelled' ? `原因：${of.reason}` : cap, at: what ? undefined : booking }
}

/** What stands at the top of today: the visit under way, else the next booking that was not begun. */
export function nextUp(
  bookings: Booking[],
  cases: Schemas['Request'][],
  now = Date.now(),
): { now?: Schemas['Request']; booking?: Booking; near: boolean } {
  const mine = cases.find(underWay)
  const accepted = (one: Booking) => !cases.some((of) => of.id === one.request_id && of.actions.includes('accept'))
  const booking = [...bookings]
    .sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at))
    .find((one) => one.state === 'booked' && one.request_id !== mine?.id && accepted(one))
  return { now: mine, booking, near: !!booking && isNear(booking, now) }
}
