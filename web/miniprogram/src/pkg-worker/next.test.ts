import { expect, test } from 'vitest'
import type { Schemas } from '@yimi/client'
import { isNear, nextStep, nextUp, underWay, visitNow } from './next'

type Case = Schemas['Request']
const at = (clock: string) => `2026-11-27T${clock}:00+08:00`
const now = (clock: string) => Date.parse(at(clock))
const booking = (more: Partial<Schemas['Booking']> = {}) =>
  ({ id: 1, request_id: 5, state: 'booked', starts_at: at('14:00'), ends_at: at('14:50'), ...more }) as Schemas['Booking']
const of = (state: Case['state'], actions: Case['actions'], more: Partial<Case> = {}) => ({ id: 5, state, actions, ...more }) as Case

test('a case that waits for a yes is accepted first, booked or not', () => {
  expect(nextStep(of('assigned', ['accept', 'hand_back', 'schedule', 'start']))).toMatchObject({
    act: 'accept',
    cap: '接下以后，和服务对象约时间',
  })
  expect(nextStep(of('assigned', ['accept', 'hand_back'], { booking: booking() })).cap).toContain('已经约好')
})

test('accepted without a time: arrange one; after nobody came too', () => {
  expect(nextStep(of('assigned', ['hand_back', 'schedule', 'start']))).toMatchObject({ act: 'schedule', what: '约好时间' })
  expect(nextStep(of('assigned', ['schedule'], { booking: booking({ state: 'no_show' }) })).cap).toContain('没有等到人')
})

test('scheduled: the time itself; the button comes half an hour before, and stays', () => {
  const one = of('scheduled', ['reschedule', 'start', 'no_show', 'hand_back'], { booking: booking() })
  expect(nextStep(one, now('13:29'))).toMatchObject({ act: '', key: '下一次', at: one.booking })
  expect(nextStep(one, now('13:30'))).toMatchObject({ act: 'start', key: '时间到了，到了就按开始' })
  expect(nextStep(one, now('16:00'))).toMatchObject({ act: 'start', key: '时间过了，还没有开始' })
})

test('under way: the record; between visits: the next time', () => {
  const going = of('in_service', ['finish', 'complete'], {
    booking: booking(),
    visits: [{ id: 1, worker_name: '', started_at: at('14:00'), place: '', minutes: 0, person_times: 0 }],
  })
  expect(nextStep(going, now('14:10')).act).toBe('finish')
  expect(underWay(going)).toBe(true)
  expect(visitNow(going)?.id).toBe(1)
  expect(nextStep(of('in_service', ['start', 'schedule', 'complete'], { booking: booking({ state: 'done' }) })).act).toBe('schedule')
})

test('nothing to do: who acts, or how it ended', () => {
  expect(nextStep(of('completed', ['note', 'case_note']))).toMatchObject({ act: '', what: '等站点看过后结案' })
  expect(nextStep(of('closed', ['note'])).key).toBe('已经结案')
  expect(nextStep(of('cancelled', [], { reason: '家里来人了' })).cap).toBe('原因：家里来人了')
  expect(nextStep(of('approved', [])).what).toBe('等站点办理')
})

test('a supervisor sees when it is, without a button', () => {
  const one = of('scheduled', ['case_note'], { booking: booking() })
  expect(nextStep(one, now('14:00'))).toMatchObject({ act: '', key: '下一次', at: one.booking })
})

test('every state has words', () => {
  const states: Case['state'][] = [
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
  for (const state of states) expect(nextStep(of(state, [])).what, state).not.toBe('')
})

test('today begins with the visit under way, then the next that was not begun', () => {
  const later = booking({ id: 2, request_id: 6, starts_at: at('16:00'), ends_at: at('16:50') })
  const over = booking({ id: 3, request_id: 7, state: 'done', starts_at: at('09:00') })
  const going = of('in_service', ['finish', 'complete'])
  expect(nextUp([later, booking(), over], [], now('13:45'))).toMatchObject({ now: undefined, booking: { id: 1 }, near: true })
  expect(nextUp([later, booking(), over], [going], now('14:10'))).toMatchObject({ now: { id: 5 }, booking: { id: 2 }, near: false })
  expect(nextUp([booking()], [of('assigned', ['accept'])], now('14:10')).booking).toBeUndefined()
  expect(nextUp([], [], now('14:10'))).toMatchObject({ now: undefined, booking: undefined, near: false })
})

test('near is half an hour before, or gone by', () => {
  expect([isNear(booking(), now('13:29')), isNear(booking(), now('13:30')), isNear(booking(), now('23:00'))]).toEqual([false, true, true])
})
