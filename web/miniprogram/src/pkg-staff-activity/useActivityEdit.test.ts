import { expect, test, vi } from 'vitest'
import { ok, person, phone, refused, sentTo, signedIn } from '../../test/uni'

const staff = { ...person, roles: [{ role: 'station_staff', unit_id: 2 }] }
const units = [
  { id: 2, name: '清河社工站', phone: '0953-5098110', parent_id: 1 },
  { id: 3, name: '东街社工站', parent_id: 1 },
]
const words = { title: '清河行动', content: '捡拾垃圾', place_name: '3 号桥' }
const mine = { contact_phone: '0953-5098110', leader_name: '林晓雯' }
const saved = (of: object = {}) => ({
  id: 7,
  state: 'draft',
  unit_id: 2,
  campaign: { id: 1 },
  shifts: [],
  skills: [],
  risks: [],
  min_age: 14,
  ...words,
  ...mine,
  ...of,
})
const series = (weekday: number) => ({ weekdays: [weekday] }) as never

async function page() {
  signedIn(staff)
  vi.resetModules()
  const { useActivityEdit } = await import('./useActivityEdit')
  const edit = useActivityEdit()
  answer(async () => ok(saved()))
  await edit.start(0)
  return edit
}

/** Lists are answered; what is done as the test says. */
function answer(to: (sent: { url: string; data?: unknown }) => Promise<ReturnType<typeof ok>>) {
  phone.answer = async (sent) => {
    if (sent.method !== 'GET') return to(sent)
    if (sent.url.endsWith('/units')) return ok({ items: units })
    return sent.url.endsWith('/campaigns') ? ok({ items: [] }) : 'offline'
  }
}

test('a new activity begins with my own station', async () => {
  const { form, units: managed, changed } = await page()
  expect(managed.value.map(({ id }) => id)).toEqual([2])
  expect([form.unit_id, form.contact_phone, form.leader_name, changed.value]).toEqual([2, '0953-5098110', '林晓雯', false])
})

test('what is missing is said, and nothing sent', async () => {
  const { save, errors, error } = await page()
  expect(error('title')).toBe('')
  expect(await save()).toBe(false)
  expect([errors.value, error('title'), phone.sent.filter(({ method }) => method === 'POST')]).toEqual([4, '活动名称至少两个字', []])
})

test('a series that was refused is sent again, and nothing that went through', async () => {
  const { form, fresh, save, id } = await page()
  Object.assign(form, words, { campaign_id: 1 })
  fresh.shifts.push({ capacity: 10 } as never)
  fresh.series.push(series(1), series(2))
  let tries = 0
  answer(async ({ url }) => (url.endsWith('/series') && ++tries === 2 ? refused(422, 'invalid') : ok(saved())))
  expect(await save()).toBe(false)
  expect([id.value, fresh.shifts, fresh.series]).toEqual([7, [], [series(2)]])
  expect(await save()).toBe(true)
  expect(sentTo('POST', '/activities')).toMatchObject([{ title: '清河行动', shifts: [{ capacity: 10 }] }])
  expect(sentTo('POST', '/activities/7/series')).toEqual([series(1), series(2), series(2)])
})

test('a change sends only what differs, and no change nothing', async () => {
  const { form, save, changed } = await page()
  Object.assign(form, words, { campaign_id: 1 })
  await save()
  const sends = () => sentTo('PATCH', '/activities/7').concat(sentTo('POST', '/activities/7'))
  expect([changed.value, await save(), sends()]).toEqual([false, true, []])
  form.title = '清河行动 2'
  expect([changed.value, await save(), sends()]).toEqual([true, true, [{ title: '清河行动 2' }]])
})
