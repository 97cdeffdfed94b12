// What can be done with a sign-up now, and the coming ones kept on the phone for a place without a signal.
import type { Schemas } from '@yimi/client'
import { holds } from '@yimi/words/labels'
import { onLeave } from './own'
import { keep, kept } from './storage'

type Signup = Schemas['Signup']
const KEY = 'yimi.coming'

/** What the check-in window allows now: nothing, in, or out. */
export function checkinNow(of: Signup, now = Date.now()): Schemas['CheckinKind'] | '' {
  if (of.state !== 'confirmed' || of.checked_out_at || now < Date.parse(of.checkin_opens_at) || now > Date.parse(of.checkout_closes_at))
    return ''
  if (of.checked_in_at) return 'out'
  return now <= Date.parse(of.ends_at) ? 'in' : ''
}

/** What a scanned code of a shift is for. */
export const kindOf = (token: string): Schemas['CheckinKind'] => (token.startsWith('O.') ? 'out' : 'in')

/** Whether the place can still be given back by oneself. A place that is not firm can be, until the start. */
export function canCancel(of: Signup, now = Date.now()): boolean {
  if (of.checked_in_at) return false
  if (of.state === 'confirmed') return now < Date.parse(of.cancel_until)
  return (of.state === 'pending' || of.state === 'waitlisted' || of.state === 'offered') && now < Date.parse(of.starts_at)
}

/** Whether it is worth asking: within the notice the server says no, and whom to call. */
export function mayAskToCancel(of: Signup, now = Date.now()): boolean {
  return !of.checked_in_at && holds(of.state) && now < Date.parse(of.starts_at)
}

/** The check-in page for a sign-up, or the page of one's own code where staff scan. */
export function checkinPage(of: Signup): string {
  if (of.checkin_mode === 'volunteer_code') return '/pkg-activity/my-code'
  return `/pkg-activity/checkin?shift_id=${of.shift_id}&kind=${checkinNow(of) || (of.checked_in_at ? 'out' : 'in')}`
}

/** Keeps the coming sign-ups, so that check-in knows them without a network. */
export function keepComing(items: Signup[]) {
  keep(KEY, items)
}

onLeave((stays) => keepComing(keptComing(stays)))

export function keptComing(personId?: number): Signup[] {
  return (kept<Signup[]>(KEY) ?? []).filter((one) => one.person_id === personId)
}
