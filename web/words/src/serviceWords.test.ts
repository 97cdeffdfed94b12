import { expect, test } from 'vitest'
import type { Schemas } from '@yimi/client'
import { forGroups, iconLook, promised, serviceTag, waysSaid, within } from './serviceWords'

const promise = (urgency: Schemas['Urgency'], minutes: number) => ({ urgency, minutes })
const service = (of: Partial<Schemas['ServiceType']>) =>
  ({ mode: 'request', ways: ['home', 'station'], promises: [promise('normal', 4320)], ...of }) as Schemas['ServiceType']

test('a promise counts working days, but for what is very urgent', () => {
  expect([within(4320), within(1440, 'urgent'), within(90), within(30)]).toEqual(['3 个工作日', '1 天', '2 小时', '30 分钟'])
})

test('the promise of an urgency, else of what is not urgent, else the first', () => {
  const promises = [promise('soon', 480), promise('normal', 4320)]
  expect(promised({ promises }, 'soon')).toBe('8 小时内回复')
  expect(promised({ promises }, 'urgent')).toBe('3 个工作日内回复')
  expect(promised({ promises: [promise('urgent', 60)] })).toBe('1 小时内回复')
  expect(promised({ promises: [] })).toBe('')
})

test('a service says first that it can be booked, then that somebody comes, then how soon', () => {
  const said = [service({ mode: 'booking' }), service({ ways: ['home'] }), service({})].map((one) => serviceTag(one).text)
  expect(said).toEqual(['可约时段', '上门', '3 个工作日内回复'])
})

test('for whom, how, and its drawing', () => {
  expect([forGroups(['elder', 'disabled']), forGroups(['everyone'])]).toEqual(['60 岁以上老人、残障人士', '谁都可以'])
  expect(waysSaid(['station', 'phone'])).toBe('到站、电话')
  expect([iconLook('safe'), iconLook('blend')]).toEqual([
    { icon: 'i-svc-safe', tone: 'river' },
    { icon: 'i-svc-blend', tone: '' },
  ])
})
