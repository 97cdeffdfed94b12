import { expect, test } from 'vitest'
import type { Schemas } from '@yimi/client'
import { likelyTime } from './nextTime'

const now = Date.parse('2026-11-26T10:00:00+08:00')
const of = (more: object = {}) => ({ length_minutes: 50, ...more }) as Schemas['Request']
const booked = (from: string, to: string, state = 'booked') => ({
  booking: { state, starts_at: `${from}:00+08:00`, ends_at: `${to}:00+08:00` },
})
const visits = (at: string) => ({ visits: [{ started_at: '2026-11-01T08:00:00+08:00' }, { started_at: `${at}:00+08:00` }] })

test.each([
  ['nothing is known: tomorrow morning', of(), '2026-11-27 09:00 50'],
  ['nor how long', of({ length_minutes: 0 }), '2026-11-27 09:00 60'],
  ['the time it has, and as long', of(booked('2026-11-28T14:00', '2026-11-28T15:30')), '2026-11-28 14:00 90'],
  ['one that is past', of(booked('2026-11-25T14:00', '2026-11-25T15:30')), '2026-11-27 09:00 90'],
  ['one that was cancelled', of(booked('2026-11-28T14:00', '2026-11-28T15:30', 'cancelled')), '2026-11-27 09:00 50'],
  ['a week after the last visit, on five minutes', of(visits('2026-11-24T14:03')), '2026-12-01 14:05 50'],
  ['a visit of long ago: not in the past', of(visits('2026-10-01T14:00')), '2026-11-27 14:00 50'],
])('%s', (_name, request, said) => {
  const { date, clock, minutes } = likelyTime(request, null, now)
  expect(`${date} ${clock} ${minutes}`).toBe(said)
})

test('what is wished for goes before all', () => {
  const wished = { starts_at: '2026-11-30T09:30:00+08:00' } as Schemas['Slot']
  expect(likelyTime(of(booked('2026-11-28T14:00', '2026-11-28T15:30')), wished, now)).toMatchObject({ date: '2026-11-30', clock: '09:30' })
})
