import { expect, test } from 'vitest'
import type { Schemas } from '@yimi/client'
import {
  about,
  actsOf,
  approvable,
  beganAt,
  clockOf,
  decidable,
  distanceWord,
  endedAt,
  fileSize,
  freeTimes,
  naturalAct,
  nextOf,
  standing,
  stepsOf,
  tellsWho,
  whoForWhom,
  wordsOf,
} from './requestWork'

type Request = Schemas['Request']
const NOW = Date.parse('2026-11-26T10:00:00+08:00')
const booking = {
  state: 'booked',
  starts_at: '2026-11-27T14:00:00+08:00',
  ends_at: '2026-11-27T14:50:00+08:00',
  provider_name: '周文静',
  way: 'station',
  place: '谈心室',
} as Schemas['Booking']

function request(of: Partial<Request>): Request {
  return {
    id: 1,
    state: 'submitted',
    relation: 'parent',
    person_name: '林晓雯',
    beneficiary_name: '林国栋',
    mode: 'request',
    way: 'home',
    mine: false,
    guardian_missing: false,
    overdue: false,
    actions: [],
    ...of,
  } as Request
}

test('who for whom', () => {
  expect(whoForWhom(request({ age: 69 }))).toBe('林晓雯 为父母 林国栋 69岁')
  expect(whoForWhom(request({ relation: 'self', person_name: '马秀兰', beneficiary_name: '马秀兰', age: 81 }))).toBe('马秀兰 为本人 81岁')
  expect(whoForWhom(request({}))).toBe('林晓雯 为父母 林国栋')
})

test('my own request is for a colleague, and a minor waits for the guardian', () => {
  expect([decidable(request({})), decidable(request({ mine: true })), decidable(request({ state: 'approved' }))]).toEqual([
    true,
    false,
    false,
  ])
  expect([approvable(request({})), approvable(request({ guardian_missing: true })), approvable(request({ mine: true }))]).toEqual([
    true,
    false,
    false,
  ])
})

test('the clock of the answer: what is left, and how late', () => {
  const by = (respond_by: string, more: Partial<Request> = {}) => clockOf(request({ respond_by, ...more }), NOW)
  expect(by('2026-11-26T12:30:00+08:00')).toEqual({ late: false, text: '11月26日 12:30 前答复，还有 2 小时' })
  expect(by('2026-11-26T10:00:30+08:00')?.text).toContain('还有 1 分钟')
  expect(by('2026-11-22T09:00:00+08:00', { overdue: true })).toEqual({ late: true, text: '超时 4 天，应在 11月22日 09:00 前答复' })
  expect(by('2026-11-26T12:30:00+08:00', { state: 'approved' })).toBeNull()
  expect(clockOf(request({}), NOW)).toBeNull()
  expect([about(0), about(59), about(60), about(47 * 60), about(48 * 60)]).toEqual(['1 分钟', '59 分钟', '1 小时', '47 小时', '2 天'])
})

test('only what may be done is offered, and setting and changing a time are one', () => {
  expect(actsOf(request({ actions: ['edit', 'cancel', 'approve', 'message', 'reschedule', 'accept', 'case_note'] }))).toEqual([
    'approve',
    'time',
    'message',
    'cancel',
  ])
  expect(actsOf(request({ actions: ['schedule'] }))).toEqual(['time'])
  expect(actsOf(request({ state: 'returned', actions: ['submit', 'edit', 'reject'] }))).toEqual(['mend', 'reject'])
  expect(actsOf(request({ state: 'returned', actions: ['edit'] }))).toEqual(['mend']) // what is missing stands against submitting it
  expect(actsOf(request({ state: 'returned', actions: ['submit'] }))).toEqual([])
  expect(wordsOf('assign', request({})).word).toBe('安排社工')
  expect(wordsOf('assign', request({ worker_id: 7 })).word).toBe('换一位社工')
  expect(wordsOf('time', request({ booking })).word).toBe('改时间')
})

test('the natural act of each state, and none where it is not ours', () => {
  const natural = (of: Partial<Request>) =>
    naturalAct(
      request({
        actions: [
          'approve',
          'return',
          'reject',
          'assign',
          'schedule',
          'start',
          'finish',
          'complete',
          'close',
          'follow_up',
          'receive',
          'edit',
          'submit',
        ],
        ...of,
      }),
      NOW,
    )
  expect(natural({})).toBe('approve')
  expect(natural({ guardian_missing: true })).toBe('return')
  expect(natural({ state: 'returned' })).toBe('mend')
  expect(natural({ state: 'approved' })).toBe('assign')
  expect([natural({ state: 'assigned', accepted: false }), natural({ state: 'assigned', accepted: true })]).toEqual([null, 'time'])
  expect(natural({ state: 'scheduled', worker_id: 7, booking })).toBeNull()
  const shift = {
    starts_at: '2026-11-26T10:20:00+08:00',
    ends_at: '2026-11-26T12:00:00+08:00',
    capacity: 2,
    taken: 2,
  } as Schemas['RequestShift']
  expect(natural({ state: 'scheduled', shift })).toBe('start')
  expect(natural({ state: 'scheduled', shift: { ...shift, starts_at: '2026-11-28T10:20:00+08:00' } })).toBeNull()
  expect([natural({ state: 'in_service', worker_id: 7 }), natural({ state: 'in_service' })]).toEqual([null, 'complete'])
  expect([natural({ state: 'completed' }), natural({ state: 'completed', rating: 2, followed_up: false })]).toEqual(['close', 'follow_up'])
  const referral = { to_name: '启心社工服务中心', reason: '', consent: '', at: '', by_name: '' }
  expect([natural({ state: 'referred', referral }), natural({ state: 'referred', referral: { ...referral, unit_id: 3 } })]).toEqual([
    'close',
    'receive',
  ])
  expect(natural({ state: 'cancelled' })).toBeNull()
  expect(naturalAct(request({ state: 'approved', actions: ['cancel'] }), NOW)).toBeNull()
})

test('what comes next is told for every state that is not over', () => {
  const states: Request['state'][] = ['submitted', 'returned', 'approved', 'assigned', 'scheduled', 'in_service', 'completed', 'referred']
  for (const state of states) expect(nextOf(request({ state }))?.title).toBeTruthy()
  for (const state of ['rejected', 'cancelled', 'closed'] as const) expect(nextOf(request({ state }))).toBeNull()
  expect(nextOf(request({ mine: true }))).toMatchObject({ ours: false })
  expect([
    nextOf(request({ state: 'returned', actions: ['submit'] }))?.ours,
    nextOf(request({ state: 'returned', actions: ['submit', 'edit'] }))?.ours,
  ]).toEqual([false, true])
  expect(
    nextOf(
      request({
        state: 'scheduled',
        shift: { starts_at: booking.starts_at, ends_at: booking.ends_at, capacity: 2, taken: 1 } as Schemas['RequestShift'],
      }),
    )?.line,
  ).toContain('还差 1 人')
})

test('a visit that is over or called off is no time that stands', () => {
  const at = (state: Schemas['BookingState'], of: Request['state'] = 'assigned') => standing({ state: of, booking: { ...booking, state } })
  expect([at('booked'), at('held')].every(Boolean)).toBe(true)
  expect([at('done'), at('no_show'), at('cancelled'), at('lapsed'), standing({ state: 'approved' })]).toEqual([
    null,
    null,
    null,
    null,
    null,
  ])
  expect(at('lapsed', 'submitted')).toBeTruthy()
  expect(wordsOf('time', request({ state: 'assigned', booking: { ...booking, state: 'no_show' } })).word).toBe('约时间')
})

test('the timeline ends with what is awaited', () => {
  const steps = stepsOf(
    request({
      state: 'approved',
      timeline: [
        { action: 'submit', state: 'submitted', at: '2026-11-26T09:12:00+08:00', by_name: '林晓雯', by_role: 'resident' },
        { action: 'approve', state: 'approved', at: '2026-11-26T09:40:00+08:00', by_name: '杨海兰', by_role: 'staff', text: '可以' },
      ],
    }),
  )
  expect(steps.map((step) => [step.state, step.what])).toEqual([
    ['done', '已提交'],
    ['done', '已通过'],
    ['now', '安排一位社工'],
  ])
  expect(steps[1]).toMatchObject({ note: '可以', cap: expect.stringContaining('09:40 · 杨海兰 工作人员') })
})

test('an end past midnight', () => {
  expect(endedAt('2026-11-26T14:00:00+08:00', '15:30')).toBe('2026-11-26T07:30:00.000Z')
  expect(endedAt('2026-11-26T23:30:00+08:00', '00:10')).toBe('2026-11-26T16:10:00.000Z')
  expect(endedAt('2026-11-26T14:00:20+08:00', '14:00')).toBe('2026-11-26T06:00:20.000Z')
})

test('when it began: on the day that start was pressed, or the night before', () => {
  const now = Date.parse('2026-11-27T00:20:00+08:00')
  expect(beganAt('2026-11-27T00:10:00+08:00', '00:05', now)).toBe('2026-11-26T16:05:00.000Z')
  expect(beganAt('2026-11-27T00:10:00+08:00', '22:00', now)).toBe('2026-11-26T14:00:00.000Z')
})

test('free times: each once, and rather with the own worker', () => {
  const slot = (provider_id: number, hour: number) => ({ provider_id, starts_at: `2026-11-27T${hour}:00:00+08:00` }) as Schemas['Slot']
  expect(freeTimes([slot(1, 14), slot(7, 14), slot(1, 15), slot(2, 15), slot(7, 16)], 7)).toEqual([slot(7, 14), slot(1, 15), slot(7, 16)])
})

test('names and addresses are found in public words', () => {
  expect(tellsWho('陪林国栋聊聊天', ['林晓雯', '林国栋'])).toBe(true)
  expect(tellsWho('周六陪老人聊聊天', ['林晓雯', '林国栋', undefined, '老'])).toBe(false)
})

test('distances', () => {
  expect([0, 1, 2, 3, 5].map(distanceWord)).toEqual(['本站', '上下级', '邻近的站', '远一些的站', '远一些的站'])
})

test('a file says its size', () => {
  expect([fileSize(300), fileSize(48_211), fileSize(1_300_000)]).toEqual(['1 KB', '47 KB', '1.2 MB'])
})
