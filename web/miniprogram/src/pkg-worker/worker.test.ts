import { beforeEach, expect, test } from 'vitest'
import { person, phone } from '../../test/uni'
import { keepDraft, keptDraft } from './drafts'
import { endOf, startOf, wrongEnd } from './ended'
import { shifted, weekdayOf, weekOfDate } from './week'
import { answerOf, messagesOf, placeFor, timelineSteps, whereOf, whoOf } from './words'

beforeEach(() => phone.reset())

test('a draft is kept for one person and case, and nothing written is nothing kept', () => {
  phone.store.set('yimi.person', person)
  phone.store.set('yimi.tokens', { access: 'a', refresh: 'r' })
  keepDraft(7, 5, { text: '睡得好些了', visitId: 3 })
  expect(keptDraft(7, 5)).toEqual({ text: '睡得好些了', visitId: 3 })
  expect([keptDraft(8, 5), keptDraft(7, 6)]).toEqual([null, null])
  keepDraft(7, 5, { text: ' ', visitId: 3 })
  expect(keptDraft(7, 5)).toBeNull()
  expect(phone.store.has('yimi.own')).toBe(false)
})

test('when it ended: the first such time after the start', () => {
  const started = Date.parse('2026-11-27T14:02:30+08:00')
  expect(endOf(started, '14:50')).toBe(Date.parse('2026-11-27T14:50:00+08:00'))
  expect(endOf(started, '09:00')).toBe(Date.parse('2026-11-28T09:00:00+08:00'))
  const now = Date.parse('2026-11-27T16:00:00+08:00')
  expect(wrongEnd(started, endOf(started, '14:50'), now)).toBe('')
  expect(wrongEnd(started, endOf(started, '16:30'), now)).toBe('还没到这个时间')
  expect(wrongEnd(started, endOf(started, '14:00'), now)).toBe('要在开始以后、现在以前')
})

test('when it began: on the day that start was pressed, or the night before', () => {
  const now = Date.parse('2026-11-28T00:20:00+08:00')
  expect(startOf('2026-11-28T00:10:00+08:00', '00:05', now)).toBe(Date.parse('2026-11-28T00:05:00+08:00'))
  expect(startOf('2026-11-28T00:10:00+08:00', '22:00', now)).toBe(Date.parse('2026-11-27T22:00:00+08:00'))
})

test('a week runs from Monday to Sunday, over the end of a year too', () => {
  expect(weekdayOf('2026-11-27')).toBe(5)
  expect(weekOfDate('2026-11-27')).toEqual([
    '2026-11-23',
    '2026-11-24',
    '2026-11-25',
    '2026-11-26',
    '2026-11-27',
    '2026-11-28',
    '2026-11-29',
  ])
  expect(weekOfDate('2026-11-29')[0]).toBe('2026-11-23')
  expect(weekOfDate('2027-01-01')[0]).toBe('2026-12-28')
  expect(shifted('2026-12-28', 7)).toBe('2027-01-04')
})

test('messages stand apart from what was done', () => {
  const line = (action: 'submit' | 'message', text = '') => ({
    action,
    state: 'submitted' as const,
    at: '2026-11-26T09:12:00+08:00',
    by_name: '林晓雯',
    text,
  })
  const lines = [line('submit', '睡不好'), line('message', '几点到')]
  expect(timelineSteps(lines)).toMatchObject([{ state: 'done', what: '已提交', note: '睡不好' }])
  expect(messagesOf(lines).map((one) => one.text)).toEqual(['几点到'])
})

test('who, and yes and no in words', () => {
  expect([whoOf({ beneficiary_name: '林国栋', age: 69 }), whoOf({ beneficiary_name: '林国栋' })]).toEqual(['林国栋 · 69 岁', '林国栋'])
  expect([answerOf({ values: ['no'] }), answerOf({ values: ['助浴', '陪诊'] })]).toEqual(['否', '助浴、陪诊'])
})

test('where', () => {
  expect(whereOf({ way: 'station', place: '社工站二楼 谈心室' })).toBe('社工站二楼 谈心室')
  expect(whereOf({ way: 'home', place: '' })).toBe('上门')
  expect([placeFor({ way: 'home' }), placeFor({ way: 'station', place: '' })]).toEqual(['上门', '社工站'])
})
