import { expect, test, vi } from 'vitest'
import { ok, person, phone, refused, sentTo, signedIn } from '../../test/uni'

const MONDAY = Date.parse('2026-11-23T00:00:00+08:00')
const at = (day: number, hour: number) => new Date(MONDAY + (day * 24 + hour) * 3_600_000).toISOString()
const slot = (day: number, hour: number, state = 'free') => ({
  provider_id: 5,
  starts_at: at(day, hour),
  ends_at: at(day, hour + 1),
  state,
})
const booking = { state: 'booked', provider_id: 5, provider_name: '周文静', starts_at: at(1, 10), ends_at: at(1, 11) }
const next = { ...slot(3, 15), provider_id: 6 }

async function page(of: object = {}, move = () => ok({ id: 3 })) {
  vi.setSystemTime(MONDAY)
  signedIn()
  vi.resetModules()
  const request = { id: 3, service_type_id: 8, unit_id: 2, actions: ['reschedule'], booking, unit_phone: '0953-5098110', ...of }
  phone.answer = async ({ method, url }) => {
    if (method === 'POST') return move()
    if (url.endsWith('/me')) return ok(person)
    if (url.includes('/slots?'))
      return ok({
        provider_id: 5,
        providers: [
          { id: 5, name: '周文静', next_free: at(2, 14) },
          { id: 6, name: '马建国' },
        ],
        days: [
          { date: '2026-11-24', free: 0, state: 'full', slots: [slot(1, 10)] },
          { date: '2026-11-25', free: 1, state: 'open', slots: [slot(2, 14)] },
        ],
        next_free: [],
      })
    return url.includes('/service-types/') ? ok({ id: 8, horizon_days: 14 }) : ok(request)
  }
  const { useChangeTime } = await import('./useChangeTime')
  const it = useChangeTime()
  it.id = 3
  await it.run()
  return it
}

test('it opens on the day that is booked, with nothing chosen, and moves only to what is chosen', async () => {
  const it = await page()
  expect([it.may, it.slots.date, it.slots.chosen]).toEqual([true, '2026-11-24', null])
  await it.take()
  expect(sentTo('POST', '/requests/3/reschedule')).toEqual([])
  it.slots.pick(slot(2, 14) as never)
  await it.take()
  expect(sentTo('POST', '/requests/3/reschedule')).toEqual([{ provider_id: 5, starts_at: at(2, 14) }])
  expect([phone.toasts, phone.went]).toEqual([['时间改好了'], ['/pages/home/index']])
})

test('who may not change the time is not shown any', async () => {
  const it = await page({ actions: [] })
  expect([it.may, phone.sent.some(({ url }) => url.includes('/slots?'))]).toEqual([false, false])
})

test('a time that was just taken: the old one is kept, and the next are offered with whose they are', async () => {
  const taken = refused(409, 'slot_taken')
  Object.assign(taken.data, { next_free: [next] })
  const it = await page({}, () => taken)
  it.slots.pick(slot(2, 14) as never)
  await it.take()
  expect(it.refusal?.detail).toContain('原来的时间还在，没有改。最近有空的是：')
  expect(it.refusal?.choices.map(({ act }) => act)).toEqual([`6 ${next.starts_at}`, 'other_slot', 'close'])
  expect(it.refusal?.choices[0].text).toContain('马建国'.slice(0, 1))
  it.onRefusal(`6 ${next.starts_at}`)
  await vi.waitFor(() => expect(sentTo('POST', '/requests/3/reschedule')).toHaveLength(2))
  expect(sentTo('POST', '/requests/3/reschedule')[1]).toEqual({ provider_id: 6, starts_at: next.starts_at })
})
