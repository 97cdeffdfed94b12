// When the next visit of a request may be, before anybody has said so.
import type { Schemas } from '@yimi/client'
import { onFive } from '@yimi/words/clock'
import { isoDate, time } from '@yimi/words/format'

type Request = Schemas['Request']
const DAY = 86_400_000

/** The time that it has. */
export const bookedOf = ({ booking }: Pick<Request, 'booking'>) =>
  booking?.state === 'booked' || booking?.state === 'held' ? booking : undefined

/** The time that is wished for, else the one it has, while that is to come, else a week after the last visit, else tomorrow morning. */
export function likelyTime(
  of: Pick<Request, 'booking' | 'visits' | 'length_minutes'>,
  wished: Schemas['Slot'] | null = null,
  now = Date.now(),
): { date: string; clock: string; minutes: number } {
  const booked = bookedOf(of)
  const long = booked && Math.round((Date.parse(booked.ends_at) - Date.parse(booked.starts_at)) / 60_000)
  return { ...startOf(), minutes: long || of.length_minutes || 60 }

  function startOf() {
    const from = wished?.starts_at ?? (booked && Date.parse(booked.starts_at) > now ? booked.starts_at : undefined)
    if (from) return { date: isoDate(from), clock: time(from) }
    const visit = of.visits?.[of.visits.length - 1]
    if (!visit) return { date: isoDate(now + DAY), clock: '09:00' }
    const next = Math.max(Date.parse(visit.started_at), now - 6 * DAY) + 7 * DAY
    return { date: isoDate(next), clock: onFive(time(visit.started_at)) }
  }
}
