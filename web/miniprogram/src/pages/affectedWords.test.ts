import { expect, test } from 'vitest'
import type { Schemas } from '@yimi/client'
import { affectedWords, toAsk } from './affectedWords'

const one = (more: Partial<Schemas['AffectedBooking']>, state = 'booked') =>
  ({ may_offer: true, booking: { state }, ...more }) as Schemas['AffectedBooking']

test('who can be asked is asked once; who has no account is called', () => {
  const asked = one({ asked_at: '2026-11-26T12:00:00+08:00' })
  const caller = one({ may_offer: false })
  expect(toAsk([one({}), asked, caller])).toHaveLength(1)
  expect([one({}), asked, caller].map((of) => affectedWords(of))).toEqual([
    '还没有告诉他',
    '已请他另选时间，等他选',
    '没有账号收消息，请打电话',
  ])
  expect(affectedWords(one({ may_offer: false }, 'held'), true)).toBe('站点还没有通过，由站点来办')
})
