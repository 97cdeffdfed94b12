import { describe, expect, it } from 'vitest'
import type { Schemas } from '@yimi/client'
import { canCancel, checkinNow, checkinPage, mayAskToCancel } from './signups'

const at = (clock: string) => Date.parse(`2025-11-29T${clock}:00+08:00`)
const iso = (clock: string) => new Date(at(clock)).toISOString()

function signup(more: Partial<Schemas['Signup']> = {}) {
  return {
    ...{ id: 7, state: 'confirmed', shift_id: 42, checkin_mode: 'staff_code', starts_at: iso('09:00'), ends_at: iso('11:30') },
    ...{ cancel_until: iso('05:00'), checkin_opens_at: iso('08:30'), checkout_closes_at: iso('12:00') },
    ...more,
  } as Schemas['Signup']
}

describe('the check-in window', () => {
  it.each([
    ['before it opens', signup(), '08:29', ''],
    ['when it opens', signup(), '08:30', 'in'],
    ['after the end, not in', signup(), '11:40', ''],
    ['in, under way', signup({ checked_in_at: iso('08:50') }), '10:00', 'out'],
    ['in, just over', signup({ checked_in_at: iso('08:50') }), '11:59', 'out'],
    ['in, too late to go out', signup({ checked_in_at: iso('08:50') }), '12:01', ''],
    ['out already', signup({ checked_in_at: iso('08:50'), checked_out_at: iso('11:30') }), '11:40', ''],
    ['waiting for a place', signup({ state: 'waitlisted' }), '09:00', ''],
  ])('%s', (_name, of, clock, allowed) => expect(checkinNow(of, at(clock))).toBe(allowed))

  it('leads to my own code where staff scan', () => {
    expect(checkinPage(signup({ checkin_mode: 'volunteer_code' }))).toBe('/pkg-activity/my-code')
    expect(checkinPage(signup({ checked_in_at: iso('08:50') }))).toBe('/pkg-activity/checkin?shift_id=42&kind=out')
  })
})

describe('giving a place back', () => {
  it('is one’s own deed until the notice, then the server names whom to call', () => {
    expect(canCancel(signup(), at('04:59'))).toBe(true)
    expect(canCancel(signup(), at('05:01'))).toBe(false)
    expect(mayAskToCancel(signup(), at('05:01'))).toBe(true)
    expect(mayAskToCancel(signup(), at('09:00'))).toBe(false)
    expect(mayAskToCancel(signup({ checked_in_at: iso('08:40') }), at('08:41'))).toBe(false)
  })
  it('of a place not firm is free until the start', () => expect(canCancel(signup({ state: 'waitlisted' }), at('08:59'))).toBe(true))
})
