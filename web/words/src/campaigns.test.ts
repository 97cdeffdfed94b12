import { expect, test } from 'vitest'
import { open, periodSaid } from './campaigns'

const of = { name: '兰花芬芳', starts_on: '2026-03-01', ends_on: '2026-11-30' }

test('a campaign is chosen until its last day has gone, and says its days', () => {
  const at = (time: string) => open(of, Date.parse(time))
  expect([at('2026-01-01T08:00:00+08:00'), at('2026-11-30T23:59:00+08:00'), at('2026-12-01T00:00:00+08:00')]).toEqual([true, true, false])
  expect(periodSaid(of)).toBe('兰花芬芳的活动在 2026年3月1日–2026年11月30日')
})
