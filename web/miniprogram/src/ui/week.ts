// The cells of a strip of days.
import { startOfDay, dateParts } from '@yimi/words/format'

export interface DayMark {
  /** 2025-11-29 */
  date: string
  /** How many there are that day. */
  count: number
  /** What is said of it instead of the count: 余 4, 约满. */
  said?: string
}

/** What each day shows; the first is 今天 when it is today. */
export function weekCells(days: DayMark[], today: string, unit: string) {
  return days.map(({ date, count, said }) => {
    const { weekday, date: n } = dateParts(startOfDay(date))
    return { date, n, name: date === today ? '今天' : weekday, left: said ?? (count > 0 ? `${count} ${unit}` : '无'), none: count === 0 }
  })
}
