import { expect, test } from 'vitest'
import { span } from './format'
import { countedSpan } from './hourWords'

const shift = { starts_at: '2026-11-22T15:00:00+08:00', ends_at: '2026-11-22T17:30:00+08:00' }

test('what was counted lies within the shift', () => {
  const [from, to] = countedSpan({ ...shift, in_at: '2026-11-22T15:01:00+08:00', out_at: '2026-11-22T17:33:00+08:00' })
  expect(span(from, to)).toBe('15:01–\u206017:30')
})

test('the time that was credited goes before the scans', () => {
  const [from, to] = countedSpan({
    ...shift,
    in_at: '2026-11-22T15:01:00+08:00',
    out_at: '2026-11-22T17:33:00+08:00',
    given: { from: '2026-11-22T16:00:00+08:00', to: '2026-11-22T17:00:00+08:00' },
  })
  expect(span(from, to)).toBe('16:00–\u206017:00')
})

test('without a check-out it is the shift', () => {
  const [from, to] = countedSpan({ ...shift, in_at: '2026-11-22T15:01:00+08:00' })
  expect(span(from, to)).toBe('15:00–\u206017:30')
})

test('a presence outside the shift does not read backwards', () => {
  const [from, to] = countedSpan({ ...shift, in_at: '2026-11-22T17:40:00+08:00', out_at: '2026-11-22T17:50:00+08:00' })
  expect(span(from, to)).toBe('15:00–\u206017:30')
})
