// How days and slots of a calendar are told.
import type { Schemas } from '@yimi/client'
import { time } from '@yimi/words/format'

type Day = Schemas['SlotDay']
type Slot = Schemas['Slot']

/** 余 4, 约满, 休息, 已过, 没开放 */
export function leftWord(day: Pick<Day, 'state' | 'free'>): string {
  if (day.free > 0) return `余 ${day.free}`
  return { open: '约满', full: '约满', off: '休息', past: '已过', later: '没开放' }[day.state]
}

/** The day to show: the chosen one while it is there, else the first with something free, else the first. */
export function openDay(days: Day[], chosen: string): string {
  if (days.some((one) => one.date === chosen)) return chosen
  return (days.find((one) => one.free > 0) ?? days[0])?.date ?? ''
}

/** Morning and afternoon; a half without slots is left out. */
export function halves(slots: Slot[]): { word: string; slots: Slot[] }[] {
  const morning = slots.filter((one) => time(one.starts_at) < '12:00')
  const afternoon = slots.filter((one) => time(one.starts_at) >= '12:00')
  return [
    { word: '上午', slots: morning },
    { word: '下午', slots: afternoon },
  ].filter((one) => one.slots.length)
}
