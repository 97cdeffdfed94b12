import { expect, test } from 'vitest'
import type { Schemas } from '@yimi/client'
import { comingThings, nextThing, visitOf } from './coming'

const NOW = Date.parse('2025-11-26T12:00:00+08:00')
const at = (text: string) => `2025-11-${text}:00+08:00`
const signup = (id: number, starts: string, state: Schemas['SignupState'] = 'confirmed') =>
  ({
    id,
    state,
    starts_at: at(starts),
    ends_at: at(starts),
    checkin_opens_at: at(starts),
    checkout_closes_at: at(starts),
  }) as Schemas['Signup']
const request = (id: number, state: Schemas['RequestState'], starts = '') =>
  ({
    id,
    state,
    mine: true,
    booking: starts ? { state: 'booked', starts_at: at(starts), ends_at: at(starts) } : undefined,
  }) as unknown as Schemas['Request']
const keys = (signups: Schemas['Signup'][], requests: Schemas['Request'][]) => comingThings(signups, requests, NOW).map((one) => one.key)

test('sign-ups and requests stand by their time', () =>
  expect(keys([signup(1, '29T09:00')], [request(2, 'scheduled', '27T14:00'), request(3, 'submitted')])).toEqual(['r2', 's1', 'r3']))
test('what runs out or waits for me comes first', () =>
  expect(keys([signup(1, '27T09:00'), signup(2, '30T09:00', 'offered')], [request(3, 'returned')])).toEqual(['s2', 'r3', 's1']))

test('the large card has one thing', () => {
  expect(nextThing([signup(1, '29T09:00')], [request(2, 'scheduled', '27T14:00')], NOW)?.key).toBe('r2')
  expect(nextThing([], [request(3, 'returned'), request(2, 'scheduled', '27T14:00')], NOW)?.key).toBe('r2')
  expect(nextThing([], [request(2, 'submitted'), request(3, 'returned')], NOW)?.key).toBe('r3')
  expect(nextThing([], [request(2, 'completed')], NOW)?.key).toBe('r2')
  expect(nextThing([], [request(2, 'submitted')], NOW)).toBeUndefined()
})

test('a held or past slot is no visit', () => {
  expect(visitOf(request(1, 'scheduled', '27T14:00'), NOW)).toBeDefined()
  expect(visitOf(request(1, 'scheduled', '25T14:00'), NOW)).toBeUndefined()
  expect(
    visitOf(
      {
        ...request(1, 'submitted', '27T14:00'),
        booking: { state: 'held', starts_at: at('27T14:00'), ends_at: at('27T14:50') },
      } as unknown as Schemas['Request'],
      NOW,
    ),
  ).toBeUndefined()
})
