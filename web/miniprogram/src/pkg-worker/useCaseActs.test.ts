import { expect, test, vi } from 'vitest'
import { ok, person, phone, refused, sentTo, signedIn } from '../../test/uni'

const slot = (provider_id: number, hour: number) => ({
  ...{ provider_id, state: 'free' },
  ...{ starts_at: `2026-11-27T${hour}:00:00+08:00`, ends_at: `2026-11-27T${hour}:50:00+08:00` },
})
const time = { starts_at: '2026-11-27T14:00:00+08:00', length_minutes: 50 }

async function page(reload = () => {}) {
  signedIn()
  vi.resetModules()
  const { useSession } = await import('@/app/session')
  await useSession().start()
  const { useCaseActs } = await import('./useCaseActs')
  return useCaseActs(reload)
}

test('a time that is taken offers one’s own free times, never a colleague’s, and one tap takes it', async () => {
  const acts = await page()
  const taken = refused(409, 'slot_taken')
  Object.assign(taken.data, { next_free: [slot(99, 15), slot(person.id, 16)] })
  phone.answer = async ({ data }) => ((data as typeof time).starts_at === time.starts_at ? taken : ok({ id: 3 }))
  const then = vi.fn()
  await acts.run(3, 'reschedule', time, then)
  expect(acts.refusal.value?.title).toBe('这个时间已有安排')
  expect(acts.refusal.value?.choices.map(({ act, text }) => [act, text.includes('16:00')])).toEqual([
    ['free-0', true],
    ['close', false],
  ])
  acts.chose('free-0')
  await vi.waitFor(() => expect(then).toHaveBeenCalledOnce())
  expect(sentTo('POST', '/requests/3/reschedule')).toEqual([time, { ...time, starts_at: slot(7, 16).starts_at }])
  expect(acts.refusal.value).toBeNull()
})

test('what the server asks about is said to be meant, with all that was written', async () => {
  const acts = await page()
  phone.answer = async ({ data }) => ((data as { sure?: boolean }).sure ? ok({ id: 3 }) : refused(409, 'visit_no_minutes'))
  const then = vi.fn()
  await acts.run(3, 'finish', { done: '陪着走了走' } as never, then)
  expect(then).not.toHaveBeenCalled()
  acts.chose('sure')
  await vi.waitFor(() => expect(then).toHaveBeenCalledOnce())
  expect(sentTo('POST', '/requests/3/finish')).toEqual([{ done: '陪着走了走' }, { done: '陪着走了走', sure: true }])
})

test('one deed at a time; a case that changed is read anew', async () => {
  const reload = vi.fn()
  const acts = await page(reload)
  phone.answer = async () => refused(409, 'invalid_state')
  const first = acts.run(3, 'accept', undefined, () => {})
  void acts.run(4, 'accept', undefined, () => {})
  expect([acts.busy('accept', 3), acts.busy('accept', 4), acts.busy('accept')]).toEqual([true, false, true])
  await first
  expect([sentTo('POST', '/accept').length, acts.busy('accept')]).toEqual([1, false])
  acts.chose('reload')
  expect([reload.mock.calls.length, acts.refusal.value]).toEqual([1, null])
})
