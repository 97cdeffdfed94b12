// At the door: a slip ends nobody's day, leaving early is asked about, and who comes without a sign-up is let in.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser } from '../lib/browser.mjs'
import { api, builds, button, decide, onPhone, press, text } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'

const MINUTE = 60_000
let browser
before(async () => (browser = await openBrowser()))
after(() => browser?.close())

/** A published activity with one place, that starts in 40 minutes, after the one under way. */
async function publish(staff) {
  const { items: units } = await staff.get('/units')
  const { items: campaigns } = await staff.get('/campaigns')
  const starts = Math.floor(Date.now() / MINUTE) * MINUTE + 40 * MINUTE
  const { id, shifts } = await staff.post('/activities', {
    unit_id: units.find((unit) => unit.name === '东方社区社工站').id,
    campaign_id: campaigns[0].id,
    title: '门口测试',
    content: '捡拾垃圾',
    leader_name: '马志宏',
    contact_phone: '0953-5098110',
    place_name: '3 号桥',
    risks: ['渠边湿滑'],
    shifts: [{ starts_at: new Date(starts).toISOString(), ends_at: new Date(starts + 90 * MINUTE).toISOString(), capacity: 1 }],
  })
  await staff.post(`/activities/${id}/publish`)
  return shifts[0].id
}

/** A new volunteer. */
async function newcomer(origin, who, name) {
  const person = await api(origin, who)
  await decide(person, 'privacy', true)
  const { items: units } = await person.get('/units')
  await person.post('/volunteers', {
    name,
    birth_date: '1990-05-01',
    unit_id: units.find((unit) => unit.name === '东方社区社工站').id,
    agree: true,
  })
  return person
}

async function type(page, digits) {
  for (const digit of digits) await page.locator(`.pad-key:visible`, { hasText: digit }).click()
}

for (const [name, build] of Object.entries(builds)) {
  describe(`at the door in ${name}`, () => {
    let server, app
    before(async () => {
      server = await startYimi(['--limits.checkin-window=2h'])
      app = await build(server)
    })
    after(async () => {
      await app?.stop()
      await server?.stop()
    })
    const on = (...of) => onPhone(browser, app, ...of)

    test('the digits of check-in end no day, and leaving early is asked about', async () => {
      const [staff, volunteer] = [await api(server.origin, 'staff'), await api(server.origin, 'volunteer')]
      const shift = await publish(staff)
      await volunteer.post(`/shifts/${shift}/signups`)
      const digits = async (kind) => (await staff.get(`/shifts/${shift}/checkin-code?kind=${kind}`)).digits
      await volunteer.post('/checkins', { kind: 'in', shift_id: shift, digits: await digits('in') })
      await on('volunteer', `/pkg-activity/checkin?shift_id=${shift}&kind=out`, async (page, _, guard) => {
        guard.expectStatus(409)
        await type(page, await digits('in'))
        await press(button(page, '签退'), { shows: text(page, '签退要用签退的码') })
        await press(button(page, '重新输入'), { hides: text(page, '签退要用签退的码') })
        await type(page, await digits('out'))
        await press(button(page, '签退'), { shows: text(page, '现在就签退吗') })
        await press(button(page, '确实要走'), { shows: text(page, '签退成功') })
      })
    })

    test('staff switch between the two codes', async () => {
      const shift = await publish(await api(server.origin, 'staff'))
      await on('staff', `/pkg-staff-activity/checkin-code?shift_id=${shift}`, async (page) => {
        const six = async () => (await page.locator('.code-six:visible').innerText()).replace(/\D/g, '')
        const shown = async (kind) =>
          (await api(server.origin, 'staff')).get(`/shifts/${shift}/checkin-code?kind=${kind}`).then((code) => code.digits)
        const agree = async (kind) => {
          const end = Date.now() + 10_000
          for (;;) {
            const [here, there] = [await six(), await shown(kind)]
            if (here === there || Date.now() > end) return assert.equal(here, there)
            await page.waitForTimeout(300) // the code changes every 30 seconds, here a moment later
          }
        }
        await agree('in')
        await press(page.locator('.seg-i:visible', { hasText: '签退' }), { shows: page.locator('.seg-i.on:visible', { hasText: '签退' }) })
        await agree('out')
      })
    })

    test('the code page fits a narrow phone', async () => {
      const { shifts } = await (await api(server.origin, 'staff')).get('/workbench')
      await on(
        'staff',
        `/pkg-staff-activity/checkin-code?shift_id=${shifts.find((one) => one.phase === 'under_way').shift_id}`,
        async (page) => {
          await page.locator('.code-face:visible').first().waitFor()
          for (const width of [320, 360]) {
            await page.setViewportSize({ width, height: 700 })
            await page.waitForFunction((wide) => document.documentElement.scrollWidth <= wide, width)
          }
        },
      )
    })

    test('staff let in who has no place, by one tap', { skip: name !== 'H5' && 'the camera is WeChat’s own' }, async () => {
      const staff = await api(server.origin, 'staff')
      const [first, door] = [await newcomer(server.origin, 'first', '何先到'), await newcomer(server.origin, 'door', '何门口')]
      const shift = await publish(staff)
      await first.post(`/shifts/${shift}/signups`)
      await on('staff', `/pkg-staff-activity/checkin-code?shift_id=${shift}`, async (page, _, guard) => {
        guard.expectStatus(409)
        await press(button(page, '扫他的码'), { shows: text(page, '输入他的码') })
        await page.locator('.code-input:visible input').fill((await door.get('/me/code')).token)
        await press(page.getByTestId('token-send').locator('visible=true'), { shows: text(page, '名额满了，加一个') })
        await press(button(page, '加一个名额'), { shows: text(page, '何门口 已签到') })
      })
      const sheet = await staff.get(`/shifts/${shift}/attendance`)
      assert.equal(sheet.capacity, 2)
      assert.ok(sheet.items.find((row) => row.person_name === '何门口').walk_in)
    })
  })
}
