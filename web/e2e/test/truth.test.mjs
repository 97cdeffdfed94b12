// A minute is counted once: times by hand with a second person, a new time of a shift that clashes, a scan taken back.
// Once in H5, once in the built mini-program.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser, openPhone, settled } from '../lib/browser.mjs'
import { api, builds, button, late, onPhone, press, text } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'

let browser
before(async () => (browser = await openBrowser()))
after(() => browser?.close())

const HOUR = 3_600_000
const clockOf = (at) => new Date(Date.parse(at) + 8 * HOUR).toISOString().slice(11, 16)
const card = (page, words) => page.locator('.card:visible', { hasText: words }).first()
const cell = (page, words) => page.locator('.cell:visible', { hasText: words }).first()

/** Turns a time wheel that shows one clock to another hour, at most three away; WeChat's own wheel only says what was picked. */
async function turn(page, name, shown, to) {
  if (name !== 'H5') {
    const wheel = page.locator('picker:visible', { hasText: shown }).first()
    await wheel.evaluate((node, value) => node.__wxElement.triggerEvent('change', { value }), to)
  } else {
    await page.locator('uni-picker:visible', { hasText: shown }).first().click()
    const wheel = page.locator('.uni-picker-container:visible')
    await wheel.waitFor()
    await settled(page) // it reckons from where it stands what was tapped
    await wheel.locator('uni-picker-view-column').first().getByText(to.slice(0, 2), { exact: true }).click()
    await settled(page)
    await wheel.getByText('完成').click()
    await wheel.waitFor({ state: 'hidden' })
  }
  await text(page, to).waitFor()
}

/** As onPhone, where the server refuses something on purpose. */
async function onPhoneRefused(app, persona, path, act) {
  const { page, context, guard } = await openPhone(browser)
  guard.expectStatus(409)
  try {
    await app.open(page, path, persona)
    await act(page)
    guard.check()
  } finally {
    await context.close()
  }
}

/** A published activity with one shift of an hour, so many days ahead at so many hours; gives its id and shift. */
async function shiftAt(staff, title, days, hour) {
  const [{ items: units }, { items: campaigns }] = [await staff.get('/units'), await staff.get('/campaigns')]
  const midnight = Math.floor((Date.now() + 8 * HOUR) / (24 * HOUR)) * 24 * HOUR - 8 * HOUR
  const starts = midnight + days * 24 * HOUR + hour * HOUR
  const made = await staff.post('/activities', {
    unit_id: units.find((unit) => unit.name === '东方社区社工站').id,
    campaign_id: campaigns[0].id,
    title,
    content: '一起来',
    leader_name: '马志宏',
    contact_phone: '0953-5098110',
    place_name: '3 号桥',
    shifts: [{ starts_at: new Date(starts).toISOString(), ends_at: new Date(starts + HOUR).toISOString(), capacity: 5 }],
  })
  await staff.post(`/activities/${made.id}/publish`)
  return { id: made.id, shift: made.shifts[0].id }
}

for (const [name, build] of Object.entries(builds)) {
  describe(`minutes in ${name}`, () => {
    let server, app
    before(async () => {
      server = await startYimi()
      app = await build(server)
    })
    after(async () => {
      await app?.stop()
      await server?.stop()
    })

    const on = (...of) => onPhone(browser, app, ...of)
    const refused = (...of) => onPhoneRefused(app, ...of)

    test('a time by hand needs a second person', async () => {
      const [staff, admin] = [await api(server.origin, 'staff'), await api(server.origin, 'admin')]
      const { shift_id: shift } = (await staff.get('/workbench')).shifts.find((one) => one.phase === 'to_confirm')
      const { items, starts_at: starts } = await staff.get(`/shifts/${shift}/attendance`)
      const { person_name: who, signup_id: signup } = items.find((row) => row.in_at && !row.out_at)
      await on('staff', `/pkg-staff-activity/attendance?shift_id=${shift}`, async (page) => {
        await card(page, who).locator('.btn', { hasText: '补记时长' }).click()
        await text(page, `给${who}补记时长`).waitFor()
        const from = clockOf(starts)
        const later = `${String(Number(from.slice(0, 2)) + 1).padStart(2, '0')}${from.slice(2)}`
        await turn(page, name, from, later)
        await text(page, '最多 1 小时 30 分').waitFor()
        await press(page.locator('.minutes-step:visible', { hasText: '−30 分' }), {
          hides: page.locator('.minutes-said:visible', { hasText: '1 小时 30 分' }),
        })
        await late(page, '**/api/v1/shifts/*/attendance')
        await press(button(page, '提出补记'), { hides: text(page, `给${who}补记时长`) })
        await cell(page, who).getByText('等区级管理员复核').waitFor()
      })
      const row = (await staff.get(`/shifts/${shift}/attendance`)).items.find((one) => one.signup_id === signup)
      assert.deepEqual([row.proposed_minutes, row.waits_for], [60, 'district'])
      await on('staff', '/pkg-staff-hours/proposals', (page) => card(page, who).getByText('等区级管理员复核').waitFor())
      await on('admin', '/pkg-staff-hours/proposals', async (page) => {
        await card(page, who).getByText('减去休息 30 分').waitFor()
        await card(page, who).click()
        await press(button(page, '通过 1 件'), { hides: card(page, who) })
      })
      const { entry_id: entry } = (await admin.get(`/shifts/${shift}/attendance`)).items.find((one) => one.signup_id === signup)
      const { given, minutes } = await admin.get(`/hours/entries/${entry}`)
      assert.deepEqual([minutes, Date.parse(given.to) - Date.parse(given.from)], [60, 1.5 * HOUR])
      await on('staff', `/pkg-hours/entry?id=${entry}`, async (page) => {
        await text(page, '计入的时间').waitFor()
        await text(page, '其中 30 分不计').waitFor()
      })
    })

    test('a new time at which somebody has another shift is asked of them again', async () => {
      const [staff, volunteer] = [await api(server.origin, 'staff'), await api(server.origin, 'volunteer')]
      const { name: who } = await volunteer.get('/me')
      const [moved, other] = [await shiftAt(staff, '改时间的活动', 20, 9), await shiftAt(staff, '另一场活动', 20, 11)]
      const [{ id }, { id: otherId }] = [
        await volunteer.post(`/shifts/${moved.shift}/signups`),
        await volunteer.post(`/shifts/${other.shift}/signups`),
      ]
      await refused('staff', `/pkg-staff-activity/activity-edit?id=${moved.id}`, async (page) => {
        await late(page, '**/api/v1/shifts/*')
        await button(page, /^\s*改\s*$/).click()
        await text(page, '改这个班次').waitFor()
        await turn(page, name, '10:00', '12:00')
        await turn(page, name, '09:00', '11:00')
        await text(page, '会马上告诉这一班报名的 1 人').waitFor()
        await press(button(page, /^\s*保存\s*$/), { shows: text(page, `新时间和 ${who} 已报名的另一班重叠`) })
        assert.equal((await volunteer.get(`/signups/${id}`)).state, 'confirmed')
        await press(button(page, '请他们重新确认'), { hides: text(page, '改这个班次') })
      })
      assert.equal((await volunteer.get(`/signups/${id}`)).asked_again, true)
      await refused('volunteer', '/pkg-activity/signups', async (page) => {
        const mine = card(page, '改时间的活动')
        await mine.getByText('时间改了，请重新确认').waitFor()
        await press(mine.locator('.btn', { hasText: '还来，确认' }), { shows: text(page, '时间撞上了') })
        await press(button(page, '知道了'), { hides: text(page, '时间撞上了') })
        await volunteer.post(`/signups/${otherId}/cancel`)
        await press(mine.locator('.btn', { hasText: '还来，确认' }), { hides: mine.getByText('时间改了，请重新确认') })
      })
      const kept = await volunteer.get(`/signups/${id}`)
      assert.deepEqual([kept.state, kept.asked_again ?? false, clockOf(kept.starts_at)], ['confirmed', false, '11:00'])
    })

    test('a scan is taken back', async () => {
      const volunteer = await api(server.origin, 'volunteer')
      const { name: who } = await volunteer.get('/me')
      const mine = (await volunteer.get('/me/signups')).items.find((one) => one.checked_in_at && !one.checked_out_at)
      await on('staff', `/pkg-staff-activity/attendance?shift_id=${mine.shift_id}`, async (page) => {
        await cell(page, who).getByText('撤销签到').click()
        await text(page, '志愿者可以重新扫码').waitFor()
        await text(page, '扫错了人').click()
        await late(page, '**/api/v1/shifts/*/attendance')
        await press(button(page, '撤销签到'), { hides: text(page, '志愿者可以重新扫码') })
        await cell(page, who).getByText('没有签到记录').waitFor()
      })
      assert.equal((await volunteer.get(`/signups/${mine.id}`)).checked_in_at, undefined)
      await on('volunteer', '/pkg-activity/signups', (page) =>
        card(page, mine.activity_title).locator('.btn', { hasText: '去签到' }).waitFor(),
      )
    })
  })
}
