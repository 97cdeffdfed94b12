// Weeks and slots of a calendar, as they are shown.
import type { Schemas } from '@yimi/client'
import { isoDate, startOfDay, time } from '@yimi/words/format'
import { timeSaid } from '@/app/said'

type Slot = Schemas['Slot']
const DAY = 86_400_000

/** The day so many days on: 2025-11-29. */
export const addDays = (date: string, days: number) => isoDate(startOfDay(date) + days * DAY)

/** The Monday of a day's week. */
export function mondayOf(date: string): string {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay()
  return addDays(date, -((weekday + 6) % 7))
}

/** 11月, or 11–12月 where the week has both. */
export function monthSaid(monday: string): string {
  const [from, to] = [Number(monday.slice(5, 7)), Number(addDays(monday, 6).slice(5, 7))]
  return from === to ? `${from}月` : `${from}–${to}月`
}

/** 余 4, 约满, 休息, 已过, 未开放. */
export function daySaid(day: Pick<Schemas['SlotDay'], 'state' | 'free'>): string {
  if (day.state === 'open' && day.free > 0) return `余 ${day.free}`
  return { open: '约满', full: '约满', off: '休息', past: '已过', later: '未开放' }[day.state]
}

/** What stands under a slot's start. */
export function slotSaid(slot: Slot, now = Date.now()): string {
  if (slot.state === 'taken') return '已约'
  if (slot.state === 'past') return Date.parse(slot.starts_at) < now ? '已过' : '太近了'
  return `到 ${timeSaid(slot.ends_at)}`
}

/** A day's slots, morning, afternoon and evening; parts without any are left out. */
export function partsOfDay(slots: Slot[]): { title: string; slots: Slot[] }[] {
  const hour = (slot: Slot) => Number(time(slot.starts_at).slice(0, 2))
  const parts = [
    { title: '上午', slots: slots.filter((one) => hour(one) < 12) },
    { title: '下午', slots: slots.filter((one) => hour(one) >= 12 && hour(one) < 18) },
    { title: '晚上', slots: slots.filter((one) => hour(one) >= 18) },
  ]
  return parts.filter((part) => part.slots.length > 0)
}
