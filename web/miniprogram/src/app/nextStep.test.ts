import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Schemas } from '@yimi/client'
import { changeable, messagesOf, nextStep, timelineOf } from './nextStep'

type Request = Schemas['Request']
const NOW = Date.parse('2025-11-26T12:00:00+08:00')
const at = (text: string) => `2025-11-${text}:00+08:00`
const booking = {
  state: 'booked',
  way: 'station',
  place: '社工站二楼 谈心室',
  starts_at: at('27T14:00'),
  ends_at: at('27T14:50'),
} as Schemas['Booking']

beforeAll(() => void vi.useFakeTimers({ now: NOW }))
afterAll(() => void vi.useRealTimers())

function request(state: Request['state'], more: Partial<Request> = {}): Request {
  return {
    state,
    mode: 'booking',
    way: 'station',
    words: '晚上睡不好',
    actions: [],
    overdue: false,
    mine: true,
    unit_phone: '0953-5098110',
    worker_name: '周文静',
    ...more,
  } as Request
}
const next = (state: Request['state'], more: Partial<Request> = {}, elder = false) => nextStep(request(state, more), elder, NOW)

describe('the next step', () => {
  test('of every state is said in Chinese, whatever is known', () => {
    const states: Request['state'][] = [
      'draft',
      'submitted',
      'returned',
      'approved',
      'rejected',
      'assigned',
      'scheduled',
      'in_service',
      'completed',
      'closed',
      'cancelled',
      'referred',
    ]
    for (const state of states) {
      const { key, what } = next(state, { worker_name: undefined })
      expect(key + what).toMatch(/^[\u4e00-\u9fff，：\d\s]+$/)
    }
  })
  test('waits for the person who has something to do', () => {
    expect(next('draft', { actions: ['edit', 'submit'] })).toMatchObject({ mine: true, act: { name: 'edit' } })
    expect(next('returned', { actions: ['edit'], reason: '请补充用药' })).toMatchObject({
      mine: true,
      cap: '请补充用药',
      act: { name: 'edit', text: '去补充' },
    })
    expect(next('completed', { actions: ['rate'] })).toMatchObject({ mine: true, act: { name: 'rate' } })
  })
  test('offers nothing that is not allowed', () => {
    expect(next('returned').act).toBeUndefined()
    expect(next('completed').act).toBeUndefined()
    expect(next('completed', { rating: 5 }).what).toBe('谢谢您的评价')
    expect(next('assigned', { accepted: true })).toMatchObject({ what: '周文静社工会联系您' })
  })
  test('says the promise, what is kept, and when it is overdue whom to call', () => {
    const held = { ...booking, state: 'held', hold_expires_at: at('26T12:10') } as Schemas['Booking']
    expect(next('submitted', { respond_by: at('29T09:00'), booking: held })).toMatchObject({
      what: '11月29日 周六 09:00 前回复您',
      cap: expect.stringContaining('先给您留到 11月26日'),
    })
    expect(next('submitted', { booking: { ...held, hold_expires_at: at('26T11:59') } }).cap).toContain('不留了')
    expect(next('submitted', { mode: 'request' }).cap).toContain('发消息')
    expect(next('submitted', { overdue: true })).toMatchObject({ act: { name: 'call' } })
    expect(next('submitted', { urgency: 'urgent', unit_phone: '0953-5098100' })).toMatchObject({
      what: '0953-5098100',
      act: { name: 'call' },
    })
    expect(next('submitted', { overdue: true, unit_phone: '' }).act).toBeUndefined()
  })
  test.each([
    ['station', '到场', '社工站二楼 谈心室，周文静社工等您'],
    ['home', '在家等', '周文静社工上门'],
    ['phone', '等电话', '周文静社工打给您'],
    ['video', '等视频', '周文静社工用微信视频找您'],
  ] as const)('of a visit by %s', (way, what, cap) => {
    const of = next('scheduled', { booking: { ...booking, way } })
    expect(of.what.endsWith(`14:00 ${what}`)).toBe(true)
    expect(of).toMatchObject({ mine: true, cap })
  })
  test('of a visit that is over waits for the worker', () =>
    expect(nextStep(request('scheduled', { booking }), false, Date.parse(at('27T15:00')))).toMatchObject({
      mine: false,
      cap: '等周文静社工写服务记录',
    }))
  test('between visits says the next', () => {
    expect(next('in_service', { visits: [{ started_at: at('26T11:30') } as Schemas['Visit']] }).what).toBe('正在为您服务')
    expect(next('in_service', { visits: [], booking }).what).toContain('到场')
    expect(next('in_service').what).toBe('服务还会继续')
  })
  test('by volunteers, elsewhere', () => {
    expect(next('approved', { shift: { starts_at: at('29T09:00'), taken: 2 } as Schemas['RequestShift'] })).toMatchObject({
      what: expect.stringContaining('志愿者来'),
      cap: '已有 2 位志愿者报名',
    })
    expect(next('referred', { referral: { to_name: '启心社工服务中心' } as Schemas['Referral'] }).what).toBe('启心社工服务中心会和您联系')
  })
})

describe('the timeline', () => {
  const line = (action: Schemas['RequestAction'], state: Request['state'], text?: string): Schemas['TimelineLine'] => ({
    action,
    state,
    at: at('26T09:12'),
    by_name: '林晓雯',
    text,
  })
  const of = request('scheduled', {
    booking,
    timeline: [
      line('create', 'draft'),
      line('submit', 'submitted'),
      line('return', 'returned', '请补充用药'),
      line('submit', 'submitted'),
      line('message', 'submitted', '谢谢'),
      line('attach', 'submitted'),
      line('approve', 'approved'),
      line('schedule', 'scheduled'),
    ],
  })

  test('has what was done, what it is at and what is to come', () => {
    expect(timelineOf(of).map((step) => [step.state, step.what])).toEqual([
      ...[
        ['done', '已提交'],
        ['done', '请您补充'],
        ['done', '已提交'],
        ['done', '站点已通过'],
        ['done', '约好时间'],
      ],
      ...[
        ['now', '等待面谈'],
        ['todo', '服务后，请您评价'],
      ],
    ])
  })
  test('quotes the ask once, and keeps reasons', () =>
    expect(
      timelineOf(of)
        .map((step) => step.note)
        .filter(Boolean),
    ).toEqual(['请补充用药', '“晚上睡不好”']))
  test('says when and who', () => expect(timelineOf(of)[0].cap).toMatch(/11月26日 周三 09:12 · 林晓雯$/))
  test('of a draft says that it was begun', () =>
    expect(timelineOf(request('draft', { timeline: [line('create', 'draft')] })).map((step) => step.what)).toEqual([
      '开始填写',
      '等您提交',
      '站点回复',
      '见面',
      '服务后，请您评价',
    ]))
  test('leaves messages to their own place', () => expect(messagesOf(of).map((one) => one.text)).toEqual(['谢谢']))
  test('ends where the request ends', () => {
    for (const state of ['rejected', 'closed', 'cancelled'] as const)
      expect(timelineOf(request(state, { timeline: [line('create', 'submitted')] })).every((step) => step.state === 'done')).toBe(true)
    expect(timelineOf(request('completed', { actions: ['rate'] }))[0].what).toBe('请您评价')
  })
})

test('a booking can be changed until the notice', () => {
  expect(changeable(request('scheduled', { change_until: at('27T10:00') }), NOW)).toBe(true)
  expect(changeable(request('scheduled', { change_until: at('26T11:00') }), NOW)).toBe(false)
  expect(changeable(request('submitted'), NOW)).toBe(true)
})
