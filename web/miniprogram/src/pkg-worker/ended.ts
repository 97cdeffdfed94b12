// When a visit ended, if the button is pressed later.
import { isoDate } from '@/app/format'

const DAY = 86_400_000

/** The first time after the start that the clock shows: past midnight it is the next day's. */
export function endOf(startedAt: string, clock: string): number {
  const same = Date.parse(`${isoDate(startedAt)}T${clock}:00+08:00`)
  return same > Date.parse(startedAt) ? same : same + DAY
}

/** The contract's rule in words: after the start, not in the future. */
export function wrongEnd(startedAt: string, ended: number, now = Date.now()): string {
  if (ended <= now) return ''
  return ended - Date.parse(startedAt) > DAY / 2 ? '要在开始以后、现在以前' : '还没到这个时间'
}
