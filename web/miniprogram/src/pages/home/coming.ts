// What comes next: my sign-ups and my requests, as one list.
import type { Schemas } from '@yimi/client'
import { toRate } from '@/app/nextStep'
import { checkinNow } from '@/app/signups'

type Signup = Schemas['Signup']
type Request = Schemas['Request']

export type Thing =
  { key: string; at: number; signup: Signup; request?: undefined } | { key: string; at: number; request: Request; signup?: undefined }

/** The time of a request's next visit; none where none is arranged, or the slot is only held. */
export function visitOf(of: Request, now = Date.now()): Schemas['Booking'] | undefined {
  return of.booking?.state === 'booked' && Date.parse(of.booking.ends_at) > now ? of.booking : undefined
}

/** Whether it waits for me: to be mended, submitted or rated. */
export const waitsForMe = (of: Request) => of.state === 'returned' || of.state === 'draft' || toRate(of)

/** What cannot wait first, then what has a time, soonest first, then the rest. */
export function comingThings(signups: Signup[], requests: Request[], now = Date.now()): Thing[] {
  const things: Thing[] = [
    ...signups.map((signup): Thing => ({ key: `s${signup.id}`, at: Date.parse(signup.starts_at), signup })),
    ...requests.map((request): Thing => ({
      key: `r${request.id}`,
      at: Date.parse(visitOf(request, now)?.starts_at ?? '') || Infinity,
      request,
    })),
  ]
  return things.sort((a, b) => rank(a, now) - rank(b, now) || (a.at === b.at ? 0 : a.at - b.at))
}

function rank({ signup, request }: Thing, now: number): number {
  if (signup) return signup.state === 'offered' ? 0 : checkinNow(signup, now) ? 1 : 3
  return request.state === 'returned' ? 2 : 3
}

/** The one thing for the large card: what has a time before what waits for me; none when all that there is waits for others. */
export function nextThing(signups: Signup[], requests: Request[], now = Date.now()): Thing | undefined {
  const things = comingThings(signups, requests, now)
  return things.find((one) => one.at < Infinity) ?? things.find((one) => one.request && waitsForMe(one.request))
}
