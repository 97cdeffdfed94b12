import { expect, test } from 'vitest'
import { asTimeSpan, instantOf, minutesOf, overnight, wrongGiven } from './givenTime'

const at = (text: string) => Date.parse(`${text}:00+08:00`)
const day = { from: at('2026-11-22T09:00'), to: at('2026-11-22T11:30') }
const night = { from: at('2026-11-22T22:00'), to: at('2026-11-23T02:00') }
const whole = { from: at('2026-11-22T08:00'), to: at('2026-11-23T08:00') }

test('a clock is on the day on which the shift has it', () => {
  expect(instantOf('09:30', day, 'to')).toBe(at('2026-11-22T09:30'))
  expect(instantOf('01:30', night, 'from')).toBe(at('2026-11-23T01:30'))
  expect(instantOf('23:00', night, 'to')).toBe(at('2026-11-22T23:00'))
})

test('a clock that a shift of 24 hours has twice is the one of its end', () => {
  expect(instantOf('08:00', whole, 'from')).toBe(whole.from)
  expect(instantOf('08:00', whole, 'to')).toBe(whole.to)
})

test('a time outside of the shift, or backwards, is wrong', () => {
  expect(wrongGiven({ ...day, from: instantOf('08:00', day, 'from') }, day)).toBe('要在班次时间以内')
  expect(wrongGiven({ from: day.to, to: day.from }, day)).toBe('结束要晚于开始')
  expect(wrongGiven(day, day)).toBe('')
})

test('whole minutes, days and instants', () => {
  expect(minutesOf({ from: day.from, to: day.to - 1 })).toBe(149)
  expect(minutesOf({ from: day.to, to: day.from })).toBe(0)
  expect([overnight(day), overnight(night)]).toEqual([false, true])
  expect(asTimeSpan(day)).toEqual({ from: '2026-11-22T01:00:00.000Z', to: '2026-11-22T03:30:00.000Z' })
})
