// The volunteer loop as two people press it: sign up, the staff's code, check in, check out, confirm, and the campaign moves.
// Once in H5, once in the built mini-program.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser } from '../lib/browser.mjs'
import { api, builds, button, onPhone, press, text } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'

const MINUTE = 60_000
let browser
before(async () => (browser = await openBrowser()))
after(() => browser?.close())

/** A published activity that starts in 40 minutes, after the one under way. */
async function publish(staff, campaign) {
  const { items: units } = await staff.get('/units')
  const starts = Math.floor(Date.now() / MINUTE) * MINUTE + 40 * MINUTE
  const { id, shifts } = await staff.post('/activities', {
    unit_id: units.find((unit) => unit.name === '东方社区社工站').id,
    campaign_id: campaign,
    title: '清河行动 · 测试',
    content: '捡拾垃圾',
    leader_name: '马志宏',
    contact_phone: '0953-5098110',
    place_name: '3 号桥',
    risks: ['渠边湿滑'],
    shifts: [{ starts_at: new Date(starts).toISOString(), ends_at: new Date(starts + 90 * MINUTE).toISOString(), capacity: 2 }],
  })
  await staff.post(`/activities/${id}/publish`)
  return { id, shift: shifts[0].id }
}

async function type(page, digits) {
  for (const digit of digits) await page.locator(`.pad-key:visible`, { hasText: digit }).click()
}

for (const [name, build] of Object.entries(builds)) {
  describe(`the volunteer loop in ${name}`, () => {
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
    const code = (shift, kind) =>
      on('staff', `/pkg-staff-activity/checkin-code?shift_id=${shift}&kind=${kind}`, async (page) => {
        await page.locator('.seg-i.on:visible', { hasText: kind === 'in' ? '签到' : '签退' }).waitFor()
        const digits = await page.locator('.code-six:visible').innerText()
        return digits.replace(/\D/g, '')
      })
    const checkIn = (shift, kind) =>
      on('volunteer', `/pkg-activity/checkin?shift_id=${shift}&kind=${kind}`, async (page) => {
        await type(page, await code(shift, kind))
        await press(button(page, kind === 'in' ? '签到' : '签退'), { shows: text(page, '看我的报名') })
        return page.locator('.ci-main:visible').innerText()
      })
    const campaignHours = (id) =>
      on('volunteer', `/pkg-hours/campaign?id=${id}`, async (page) => {
        const hours = await page.locator('.camp-hours:visible').innerText()
        return Number(hours.replace(/\D/g, ''))
      })

    test('from signing up to the campaign’s ring', async () => {
      const [staff, volunteer] = [await api(server.origin, 'staff'), await api(server.origin, 'volunteer')]
      const under = (await volunteer.get('/me/signups')).items.find((one) => one.checked_in_at)
      const { campaign } = await volunteer.get(`/activities/${under.activity_id}`)
      const fresh = await publish(staff, campaign.id)

      await on('volunteer', `/pkg-activity/activity?id=${fresh.id}`, async (page) => {
        await press(button(page, /^\s*报名 /), { shows: button(page, '确认报名') })
        await press(button(page, '确认报名'), { shows: text(page, '报名成功') })
      })
      assert.match(await checkIn(fresh.shift, 'in'), /签到/)

      const before = await campaignHours(campaign.id)
      assert.match(await checkIn(under.shift_id, 'out'), /1 小时/)
      await on('staff', `/pkg-staff-activity/attendance?shift_id=${under.shift_id}`, async (page) => {
        const row = page.locator('.cell:visible', { hasText: '林晓雯', has: page.locator('.box') })
        await row.waitFor()
        if ((await row.locator('.box.on').count()) === 0) await row.click()
        await press(button(page, '确认这'), { hides: row })
      })
      const credited = (await volunteer.get('/me/hours/entries')).items[0].minutes
      assert.ok(credited >= 60, `${credited} minutes credited`)
      assert.ok((await campaignHours(campaign.id)) > before, 'the campaign shows the hours')
      assert.equal((await volunteer.get(`/campaigns/${campaign.id}`)).minutes_total, campaign.minutes_total + credited)
    })
  })
}
