import { describe, expect, it } from 'vitest'
import { holds, howLong, signupTag } from './labels'

describe('what a sign-up is called', () => {
  it('says the place on the waitlist and the check-in', () => {
    expect(signupTag({ state: 'waitlisted', position: 4 }).text).toBe('候补第 4 位')
    expect(signupTag({ state: 'confirmed', checked_in_at: '2025-11-29T00:50:00Z' }).text).toBe('已签到')
    expect(signupTag({ state: 'confirmed', checked_in_at: '2025-11-29T00:50:00Z', checked_out_at: '2025-11-29T03:30:00Z' }).text).toBe(
      '已签退',
    )
    expect(signupTag({ state: 'confirmed' }).text).toBe('已报名')
  })
  it('holds a place, or waits for one, until it is over', () => {
    expect((['pending', 'waitlisted', 'offered', 'confirmed'] as const).every(holds)).toBe(true)
    expect((['attended', 'absent', 'rejected', 'cancelled', 'lapsed'] as const).some(holds)).toBe(false)
  })
  it('speaks of limits', () => expect([howLong(30), howLong(240), howLong(90)]).toEqual(['30 分钟', '4 小时', '1 小时 30 分']))
})
