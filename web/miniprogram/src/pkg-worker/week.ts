// A week of the calendar, Monday to Sunday.
import { isoDate, startOfDay } from '@yimi/words/format'

const DAY = 86_400_000

/** 1 Monday to 7 Sunday, of 2026-11-27. */
export function weekdayOf(date: string): number {
  return ((Math.floor((startOfDay(date) + 8 * 3_600_000) / DAY) + 3) % 7) + 1
}

/** The seven days of the week of a date. */
export function weekOfDate(date: string): string[] {
  const monday = startOfDay(date) - (weekdayOf(date) - 1) * DAY
  return Array.from({ length: 7 }, (_, n) => isoDate(monday + n * DAY))
}

/** So many days on, or back. */
export const shifted = (date: string, days: number) => isoDate(startOfDay(date) + days * DAY)
