// A time that somebody served, within a shift: as clocks that are picked.
import { isoDate, startOfDay } from './format'

/** Instants in milliseconds. */
export interface Given {
  from: number
  to: number
}

const MINUTE = 60_000
const DAY = 1_440 * MINUTE

/** Whole minutes, as the server floors them. */
export const minutesOf = ({ from, to }: Given) => Math.max(0, Math.floor((to - from) / MINUTE))

/** Whether it lies on more than one day. */
export const overnight = ({ from, to }: Given) => isoDate(from) !== isoDate(to)

/** The instant of a clock in the shift, nearest to the end that it is for; one outside of it is on that end's day. */
export function instantOf(clock: string, shift: Given, end: 'from' | 'to'): number {
  const [hours, minutes] = clock.split(':').map(Number)
  const onDay = (at: number) => startOfDay(isoDate(at)) + (hours * 60 + minutes) * MINUTE
  const at = onDay(shift[end])
  const other = end === 'from' ? at + DAY : at - DAY
  const within = (one: number) => one >= shift.from && one <= shift.to
  return !within(at) && within(other) ? other : at
}

/** What is wrong with a time for the shift; '' when nothing is. */
export function wrongGiven(given: Given, shift: Given): string {
  if (given.to <= given.from) return '结束要晚于开始'
  if (given.from < shift.from || given.to > shift.to) return '要在班次时间以内'
  return minutesOf(given) < 1 ? '不满一分钟' : ''
}

/** As the API takes it. */
export const asTimeSpan = ({ from, to }: Given) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
