import { expect, test } from 'vitest'
import { useGiven } from './useGiven'

const at = (text: string) => Date.parse(`${text}:00+08:00`)
const day = { from: at('2026-11-22T09:00'), to: at('2026-11-22T11:30') }

test('minutes follow the time, and stay lower by a break', () => {
  const it = useGiven(1)
  it.start(day, day)
  expect(it.minutes.value).toBe(150)
  it.minutes.value = 120
  it.given.value = { ...day, from: at('2026-11-22T10:00') }
  expect([it.minutes.value, it.most.value]).toEqual([60, 90])
  it.given.value = { ...day, from: at('2026-11-22T11:20') }
  expect(it.minutes.value).toBe(1)
})
