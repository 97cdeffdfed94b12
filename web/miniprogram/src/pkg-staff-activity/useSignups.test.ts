import { expect, test, vi } from 'vitest'
import { ok, phone, refused, sentTo, signedIn } from '../../test/uni'

const signup = (id: number, shift_id: number) => ({ id, shift_id, person_name: `某${id}`, state: 'waitlisted' })

async function page() {
  signedIn()
  vi.resetModules()
  const { useSignups } = await import('./useSignups')
  return useSignups()
}

test('a full shift takes somebody from the list only with a place more, and after a yes', async () => {
  const { takeOne, refusal, choseTaking, taking } = await page()
  phone.answer = async ({ url, data }) => {
    if (!url.endsWith('/take')) return ok({ items: [], next_cursor: '' })
    return (data as { add_place: boolean }).add_place ? ok(signup(3, 9)) : refused(409, 'shift_full')
  }
  await takeOne(signup(3, 9) as never)
  expect(refusal.value?.choices.map(({ act }) => act)).toEqual(['add_place', 'close'])
  choseTaking('add_place')
  await vi.waitFor(() => expect(phone.toasts).toEqual(['某3已报上，会发消息告诉本人']))
  expect(sentTo('POST', '/signups/3/take')).toEqual([{ add_place: false }, { add_place: true }])
  expect([taking.value, refusal.value]).toEqual([null, null])
})

test('who says no to a place more sends nothing', async () => {
  const { takeOne, choseTaking, taking } = await page()
  phone.answer = async () => refused(409, 'shift_full')
  await takeOne(signup(3, 9) as never)
  choseTaking('close')
  expect([sentTo('POST', '/signups/3/take').length, taking.value]).toEqual([1, null])
})

test('by shift in the order of the list; another tab begins with nothing ticked', async () => {
  const { list, groups, pick, show, tab } = await page()
  phone.answer = async () => ok({ items: [signup(1, 9), signup(2, 7), signup(3, 9)], next_cursor: '' })
  await list.refresh()
  expect(groups.value.map((one) => [one.shiftId, one.rows.map((row) => row.id)])).toEqual([
    [9, [1, 3]],
    [7, [2]],
  ])
  pick.toggle(2)
  show('offered')
  expect([tab.value, pick.picked.value, list.items.value]).toEqual(['offered', [], []])
  await vi.waitFor(() => expect(phone.sent.at(-1)?.url).toContain('state=offered'))
})
