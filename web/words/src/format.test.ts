import { describe, expect, test } from 'vitest'
import * as format from './format'

const at = (text: string) => `${text}:00+08:00`
const NOW = at('2025-11-26T08:00')
const J = '\u2060'

describe('days and times', () => {
  test('a span is written as the look has it, with a word joiner after the dash', () => {
    expect(format.when(at('2025-11-29T09:00'), at('2025-11-29T11:30'), NOW)).toBe(`11月29日 周六 09:00–${J}11:30`)
  })
  test('another year is named', () => {
    expect(format.day(at('2026-01-03T09:00'), NOW)).toBe('2026年1月3日 周六')
  })
  test('a span past midnight says so', () => {
    expect(format.span(at('2025-11-29T22:00'), at('2025-11-30T02:00'))).toBe(`22:00–${J}次日 02:00`)
    expect(format.span(at('2025-11-29T22:00'), at('2025-12-02T02:00'))).toBe(`22:00–${J}12月2日 02:00`)
  })
  test("the zone is Beijing's, however the time was written and wherever the phone is", () => {
    expect(format.day('2025-11-28T16:30:00Z', NOW)).toBe('11月29日 周六')
    expect(format.time('2025-11-28T16:30:00Z')).toBe('00:30')
    expect(format.isoDate('2025-11-28T16:30:00Z')).toBe('2025-11-29')
    expect(format.startOfDay('2025-11-29')).toBe(Date.parse('2025-11-28T16:00:00Z'))
  })
  test('the parts of a date box', () => {
    expect(format.dateParts(at('2025-11-29T09:00'))).toEqual({ weekday: '周六', date: 29, month: '11月' })
  })
  test.each([
    ['2025-11-26T07:59', '1 分钟前'],
    ['2025-11-26T07:15', '45 分钟前'],
    ['2025-11-26T06:30', '06:30'],
    ['2025-11-25T23:59', '昨天 23:59'],
    ['2025-11-20T09:12', '11月20日 周四 09:12'],
    ['2025-11-26T08:00', '刚刚'],
    ['2025-11-26T09:00', '09:00'],
  ])('%s is %s', (then, words) => expect(format.ago(at(then), NOW)).toBe(words))
})

describe('as one would say it', () => {
  test.each([
    ['2025-11-28T09:00', '2025-11-28T11:00', '上午 9:00 到 11:00'],
    ['2025-11-28T09:30', '2025-11-28T14:00', '上午 9:30 到 下午 2:00'],
    ['2025-11-28T12:00', '2025-11-28T12:30', '中午 12:00 到 12:30'],
    ['2025-11-28T22:00', '2025-11-29T02:00', '晚上 10:00 到 第二天 凌晨 2:00'],
    ['2025-11-28T09:00', '2025-11-29T11:00', '上午 9:00 到 第二天 上午 11:00'],
  ])('%s to %s', (from, to, words) => expect(format.spokenSpan(at(from), at(to))).toBe(words))
  test.each([
    ['2025-11-27T14:00', '明天 下午 2 点'],
    ['2025-11-26T19:30', '今天 晚上 7 点半'],
    ['2025-11-28T09:15', '后天 上午 9 点 15 分'],
    ['2025-12-05T09:00', '12月5日 周五 上午 9 点'],
    ['2025-11-25T09:00', '11月25日 周二 上午 9 点'],
  ])('%s is %s', (when, words) => expect(format.spokenSoon(at(when), NOW)).toBe(words))
  test.each([
    ['03:00', '夜深了'],
    ['08:00', '上午好'],
    ['13:00', '中午好'],
    ['17:59', '下午好'],
    ['20:00', '晚上好'],
  ])('at %s one says %s', (clock, words) => {
    expect(format.greeting(at(`2025-11-26T${clock}`))).toBe(words)
  })
})

describe('hours and figures', () => {
  test.each([
    [148, '2 小时 28 分'],
    [120, '2 小时'],
    [28, '28 分'],
    [0, '0 分'],
    [60 * 1234, '1,234 小时'],
  ])('%i minutes are %s', (minutes, words) => {
    expect(format.hours(minutes)).toBe(words)
  })
  test('a change carries its sign, and minus is a true minus', () => {
    expect(format.signedHours(148)).toBe('+2 小时 28 分')
    expect(format.signedHours(-30)).toBe('\u221230 分')
  })
  test('only charts use tenths', () => {
    expect(format.chartHours(1110)).toBe('18.5')
    expect(format.chartHours(840)).toBe('14')
  })
  test('figures', () => {
    expect(format.count(38412)).toBe('38,412')
    expect(format.count(-1000)).toBe('\u22121,000')
    expect(format.count(7)).toBe('7')
    expect(format.wholeHours(2304779)).toBe('38,412')
    expect(format.hourParts(11190)).toEqual({ hours: 186, rest: 30 })
  })
  test('a percentage is not said to be reached before it is', () => {
    expect(format.percent(2999999, 3000000)).toBe(99)
    expect(format.percent(5, 3)).toBe(100)
    expect(format.percent(1, 0)).toBe(0)
  })
  test.each([
    [26.4, '26 米'],
    [1234, '1.2 公里'],
    [12345, '12 公里'],
  ])('%d metres are %s', (metres, words) => expect(format.distance(metres)).toBe(words))
})

test('masks', () => {
  expect(format.maskName('丁小龙')).toBe('丁**')
  expect(format.maskPhone('13812341234')).toBe('138****1234')
  expect(format.initial('林晓雯')).toBe('雯')
  expect(format.initial('')).toBe('我')
})
