// Who waits for a place: the staff take them from the list, with one more place where there is none.
// Once in H5, once in the built mini-program.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser, openPhone } from '../lib/browser.mjs'
import { api, builds, button, late, press, text } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'

let browser
before(async () => (browser = await openBrowser()))
after(() => browser?.close())

const HOUR = 3_600_000

/** A published activity with one place, in twenty days at ten; gives its shift. */
async function onePlace(staff, title) {
  const [{ items: units }, { items: campaigns }] = [await staff.get('/units'), await staff.get('/campaigns')]
  const midnight = Math.floor((Date.now() + 8 * HOUR) / (24 * HOUR)) * 24 * HOUR - 8 * HOUR
  const starts = midnight + 20 * 24 * HOUR + 10 * HOUR
  const unit = units.find((one) => one.name === '东方社区社工站').id
  const made = await staff.post('/activities', {
    unit_id: unit,
    campaign_id: campaigns[0].id,
    title,
    content: '一起来',
    leader_name: '马志宏',
    contact_phone: '0953-5098110',
    place_name: '3 号桥',
    shifts: [{ starts_at: new Date(starts).toISOString(), ends_at: new Date(starts + HOUR).toISOString(), capacity: 1 }],
  })
  await staff.post(`/activities/${made.id}/publish`)
  return { id: made.id, shift: made.shifts[0].id, unit }
}

for (const [name, build] of Object.entries(builds)) {
  describe(`the waitlist in ${name}`, () => {
    let server, app
    before(async () => {
      server = await startYimi()
      app = await build(server)
    })
    after(async () => {
      await app?.stop()
      await server?.stop()
    })

    test('staff take somebody from the list, with one more place', async () => {
      const [staff, first, second] = [
        await api(server.origin, 'staff'),
        await api(server.origin, 'resident'),
        await api(server.origin, 'volunteer'),
      ]
      const { id, shift, unit } = await onePlace(staff, '只有一个名额的活动')
      const { name: said, birth_date } = await first.get('/me')
      await first.post('/volunteers', { name: said, birth_date, unit_id: unit, agree: true })
      await first.post(`/shifts/${shift}/signups`)
      const { id: waits } = await second.post(`/shifts/${shift}/signups`, { waitlist: true })
      const { page, context, guard } = await openPhone(browser)
      guard.expectStatus(409) // full, at first
      try {
        await app.open(page, `/pkg-staff-activity/signups?state=waitlisted&shift_id=${shift}`, 'staff')
        await text(page, '1 人排候补').waitFor()
        await late(page, '**/api/v1/signups/*/take')
        await press(button(page, '给名额'), { shows: text(page, '这一班满了') })
        assert.equal((await second.get(`/signups/${waits}`)).state, 'waitlisted')
        await press(button(page, '加一个名额给这位'), { shows: text(page, '没有人在排候补') })
        guard.check()
      } finally {
        await context.close()
      }
      assert.equal((await second.get(`/signups/${waits}`)).state, 'confirmed')
      const { shifts } = await staff.get(`/activities/${id}`)
      assert.deepEqual([shifts[0].capacity, shifts[0].taken, shifts[0].waitlisted], [2, 2, 0])
    })
  })
}
