// When a visit began and ended, if the buttons are pressed later.
import { isoDate } from '@yimi/words/format'

const DAY = 86_400_000

/** The clock's time on the day that start was pressed; one that is still to come is the day before's. */
export function startOf(pressedAt: string, clock: string, now = Date.now()): number {
  const same = Date.parse(`${isoDate(pressedAt)}T${clock}:00+08:00`)
  return same <= now ? same : same - DAY
}

/** The first time after the start that the clock shows: past midnight it is the next day's. */
export function endOf(startedAt: number, clock: string): number {
  const same = Date.parse(`${isoDate(startedAt)}T${clock}:00+08:00`)
  return same > startedAt ? same : same + DAY
}

/** The contract's rule in words: after the start, not in the future. */
export function wrongEnd(startedAt: number, ended: number, now = Date.now()): string {
  if (ended <= now) return ''
  return ended - startedAt > DAY / 2 ? '要在开始以后、现在以前' : '还没到这个时间'
}
