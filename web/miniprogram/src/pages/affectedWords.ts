// Bookings in a time when their worker is not there: who can be asked, and how far it is.
import type { Schemas } from '@yimi/client'

type Affected = Schemas['AffectedBooking']

/** Those who can be asked and are not yet. */
export const toAsk = (all: Affected[]) => all.filter((one) => one.may_offer && !one.asked_at)

export function affectedWords(of: Affected, mine = false): string {
  if (of.asked_at) return '已请他另选时间，等他选'
  if (of.may_offer) return '还没有告诉他'
  if (mine && of.booking.state === 'held') return '站点还没有通过，由站点来办'
  return '没有账号收消息，请打电话'
}
