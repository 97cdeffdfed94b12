import { describe, expect, test } from 'vitest'
import {
  dateWords,
  dayWords,
  exceptionWords,
  inputOf,
  oneMore,
  overlap,
  weekOf,
  wrongIn,
  wrongInWeek,
  type DayPlan,
  type Span,
} from './plan'

const span = (words: string): Span => ({ start_time: words.slice(0, 5), end_time: words.slice(6) })
const day = (hours: string[], breaks: string[] = [], weekday = 1): DayPlan => ({
  weekday,
  hours: hours.map(span),
  breaks: breaks.map(span),
})
const J = '\u2060'

test('spans overlap when they share a minute, in any order', () => {
  expect(overlap([span('09:00-12:00'), span('12:00-14:00')])).toBe(false)
  expect(overlap([span('13:00-18:00'), span('09:00-13:01')])).toBe(true)
  expect(overlap([span('09:00-18:00'), span('10:00-11:00')])).toBe(true)
  expect(overlap([])).toBe(false)
})

describe('a day', () => {
  test('that fits has no words', () => {
    expect(wrongIn(day(['09:00-18:00'], ['12:00-13:00']))).toBe('')
    expect(wrongIn(day([]))).toBe('')
  })
  test('says what is wrong', () => {
    expect(wrongIn(day(['12:00-09:00']))).toBe('结束要晚于开始')
    expect(wrongIn(day(['09:00-12:00', '11:00-13:00']))).toBe('上班的时间重在一起了')
    expect(wrongIn(day(['09:00-18:00'], ['12:00-13:00', '12:30-14:00']))).toBe('休息的时间重在一起了')
    expect(wrongIn(day(['09:00-12:00'], ['12:00-13:00']))).toBe('休息要在上班的时间里')
  })
  test('the week names the day', () => {
    const week = weekOf({ hours: [], breaks: [] })
    expect(wrongInWeek(week)).toBe('')
    week[2].hours = [span('10:00-09:00')]
    expect(wrongInWeek(week)).toBe('周三：结束要晚于开始')
  })
})

test('a week goes there and back, and a day off has no breaks', () => {
  const from = {
    hours: [
      { weekday: 4, ...span('14:00-18:00') },
      { weekday: 4, ...span('09:00-12:00') },
    ],
    breaks: [
      { weekday: 4, ...span('10:00-10:15') },
      { weekday: 5, ...span('12:00-13:00') },
    ],
  }
  const week = weekOf(from)
  expect(week[3].hours).toEqual([span('09:00-12:00'), span('14:00-18:00')])
  expect(inputOf(week)).toEqual({
    hours: [
      { weekday: 4, ...span('09:00-12:00') },
      { weekday: 4, ...span('14:00-18:00') },
    ],
    breaks: [{ weekday: 4, ...span('10:00-10:15') }],
  })
})

test('one more span follows the last', () => {
  expect(oneMore(day([]), 'hours')).toEqual(span('09:00-12:00'))
  expect(oneMore(day(['09:00-12:00']), 'hours')).toEqual(span('13:00-15:00'))
  expect(oneMore(day(['09:00-23:30']), 'hours')).toEqual(span('22:00-23:55'))
  expect(oneMore(day(['09:00-18:00']), 'breaks')).toEqual(span('12:00-13:00'))
})

test('words', () => {
  expect(dayWords(day(['09:00-12:00', '14:00-18:00'], ['10:00-10:15']))).toEqual({
    hours: `09:00–${J}12:00、14:00–${J}18:00`,
    breaks: `休息 10:00–${J}10:15`,
  })
  expect(dayWords(day([]))).toEqual({ hours: '不上班', breaks: '' })
  expect(exceptionWords({ id: 1, date: '2026-12-01', kind: 'off' })).toBe('全天休息')
  expect(exceptionWords({ id: 1, date: '2026-12-01', kind: 'extra', ...span('09:00-12:00') })).toBe(`加开 09:00–${J}12:00`)
})

test('a date has the hours of its week-day, and what was arranged for it', () => {
  const of = {
    hours: [{ weekday: 5, ...span('09:00-18:00') }],
    breaks: [],
    exceptions: [
      { id: 1, date: '2026-11-27', kind: 'off' as const, ...span('14:00-16:00'), note: '培训' },
      { id: 2, date: '2026-12-04', kind: 'off' as const },
    ],
  }
  expect(dateWords(of, '2026-11-27', 5)).toBe(`上班 09:00–${J}18:00，休息 14:00–${J}16:00（培训）`)
  expect(dateWords(of, '2026-12-04', 5)).toBe('全天休息')
  expect(dateWords(of, '2026-11-28', 6)).toBe('不上班')
})
