// What is kept of people, and who decides: a guardian for a child, a doubt about hours, messages that did not go, and the
// questions for one's position and for words about health. Once in H5, once in the built mini-program.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser } from '../lib/browser.mjs'
import { api, builds, button, chip, decide, onPhone, press, text } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'

let browser
before(async () => (browser = await openBrowser()))
after(() => browser?.close())

const holds = (mine, kind) => mine.items.find((one) => one.kind === kind).holds
const card = (page, words) => page.locator('.card:visible', { hasText: words }).first()

const free = (page) => page.locator('.slot:visible:not(.gone)')

const MINUTE = 60_000

/** A published activity with a fence, after the one under way; gives its shift. */
async function fenced(staff) {
  const [{ items: units }, { items: campaigns }] = [await staff.get('/units'), await staff.get('/campaigns')]
  const starts = Math.floor(Date.now() / MINUTE) * MINUTE + 40 * MINUTE
  const { id, shifts } = await staff.post('/activities', {
    unit_id: units.find((unit) => unit.name === '东方社区社工站').id,
    campaign_id: campaigns[0].id,
    title: '围栏里的活动',
    content: '在现场签到',
    leader_name: '马志宏',
    contact_phone: '0953-5098110',
    place_name: '3 号桥',
    location: { latitude: 37.4187, longitude: 106.0673 },
    fence_metres: 500,
    shifts: [{ starts_at: new Date(starts).toISOString(), ends_at: new Date(starts + 90 * MINUTE).toISOString(), capacity: 2 }],
  })
  await staff.post(`/activities/${id}/publish`)
  return shifts[0].id
}

for (const [name, build] of Object.entries(builds)) {
  describe(`people's data in ${name}`, () => {
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

    test('a guardian decides for a child', async () => {
      const child = await api(server.origin, 'xiaobao')
      await decide(child, 'privacy', true)
      await child.send('PATCH', '/me', { name: '赵小宝', birth_date: '2016-05-01' })
      await decide(child, 'privacy', false)
      const guardian = await api(server.origin, 'volunteer')
      const { code } = await child.post('/me/guardian-code')
      const refused = await child.send('POST', '/me/consents', { kind: 'location', version: 'x', given: true })
      assert.ok(!refused.ok)
      await on('volunteer', '/pkg-me/guardian', async (page) => {
        await page.locator('input:visible').first().fill(code)
        await text(page, '我是孩子的监护人').click()
        await press(button(page, /^\s*同意\s*$/), { shows: text(page, '还没有注册志愿者') })
        assert.equal((await child.get('/me')).privacy_agreed, true)
        await press(button(page, '授权管理'), { shows: text(page, '赵小宝的授权由您决定') })
        const position = card(page, '签到时的位置')
        await press(position, { shows: position.getByText('由监护人同意') })
        assert.equal(holds(await child.get('/me/consents'), 'location'), true)
        await press(position, { shows: position.getByText('由监护人撤回') })
      })
      assert.equal(holds(await child.get('/me/consents'), 'location'), false)
      const { items } = await guardian.get('/me/wards')
      assert.equal(items.length, 1)
    })

    test('a doubt about hours is answered', async () => {
      const volunteer = await api(server.origin, 'volunteer')
      const { items } = await volunteer.get('/me/hours/entries')
      const entry = items.find((one) => one.class !== 'correction' && one.unit_name === '东方社区社工站').id
      await on('volunteer', `/pkg-hours/entry?id=${entry}`, async (page) => {
        await press(button(page, '时长不对'), { shows: text(page, '我走得更晚') })
        await text(page, '我走得更晚').click()
        await press(button(page, '交给社工站核对'), { shows: text(page, '疑问正在核对') })
      })
      await on('staff', '/pkg-staff-hours/disputes', async (page) => {
        await text(page, '收完工具才走的').waitFor() // the demo's own
        const mine = card(page, '“我走得更晚”')
        await press(mine.locator('.btn', { hasText: '记录没错' }), { shows: text(page, '只算班次时间内的') })
        await text(page, '只算班次时间内的').click()
        await press(button(page, '答复：维持原记录'), { hides: mine })
      })
      await on('volunteer', `/pkg-hours/entry?id=${entry}`, async (page) => {
        await text(page, '疑问：维持原记录').waitFor()
        await text(page, '只算班次时间内的').waitFor()
      })
    })

    test('a message that did not go is sent again', async () => {
      const admin = await api(server.origin, 'admin')
      assert.equal((await admin.get('/deliveries')).items.length, 1)
      await on('admin', '/pkg-staff/deliveries', async (page) => {
        await text(page, '志愿时长到账了').waitFor()
        const really = page.locator('.ask-choices .btn:visible', { hasText: '再发一次' })
        await press(button(page, '再发一次'), { shows: really })
        await press(really, { shows: text(page, '都发出去了') })
      })
      assert.equal((await admin.get('/deliveries')).items.length, 0)
    })

    test('a position is asked for at the check-in', async () => {
      const [staff, volunteer] = [await api(server.origin, 'staff'), await api(server.origin, 'volunteer')]
      await decide(volunteer, 'location', false)
      const shift = await fenced(staff)
      await volunteer.post(`/shifts/${shift}/signups`)
      await on('volunteer', `/pkg-activity/checkin?shift_id=${shift}&kind=in`, async (page) => {
        await press(button(page, '不同意'), { hides: text(page, '可以用签到时的位置吗') })
      })
      assert.equal(holds(await volunteer.get('/me/consents'), 'location'), false)
      await on('volunteer', `/pkg-activity/checkin?shift_id=${shift}&kind=in`, async (page) => {
        await press(button(page, /^\s*同意\s*$/), { hides: text(page, '可以用签到时的位置吗') })
      })
      assert.equal(holds(await volunteer.get('/me/consents'), 'location'), true)
    })

    test('words about health are asked for, oneself and somebody else', async () => {
      const resident = await api(server.origin, 'resident')
      await decide(resident, 'sensitive', false)
      const talk = (await resident.get('/service-types')).items.find((one) => one.name === '心理疏导').id
      await on('resident', `/pkg-request/ask?service_id=${talk}`, async (page) => {
        await page.locator('textarea:visible').first().fill('还是睡不着，想再聊一次。')
        await chip(page, '睡不踏实').click()
        await press(button(page, '下一步'), { shows: free(page).first() })
        await free(page).first().click()
        await press(button(page, '就约这个时间'), { shows: button(page, '就这样约') })
        await press(button(page, '就这样约'), { shows: text(page, '可以用健康和要保密的事吗') })
        await press(button(page, /^\s*同意\s*$/), { shows: text(page, '待审批') })
      })
      assert.equal(holds(await resident.get('/me/consents'), 'sensitive'), true)

      await on('resident', `/pkg-request/ask?service_id=${talk}`, async (page) => {
        await page.locator('.aw-person:visible', { hasText: '王桂花' }).click()
        await page.locator('textarea:visible').first().fill('王奶奶睡不好，想找人聊聊。')
        await chip(page, '睡不踏实').click()
        await press(button(page, '下一步'), { shows: text(page, '请问过本人') })
        await chip(page, '本人当面同意').click()
        await press(button(page, '下一步'), { shows: free(page).last() })
        await free(page).last().click()
        await press(button(page, '就约这个时间'), { shows: button(page, '就这样约') })
        await press(button(page, '就这样约'), { shows: text(page, '待审批') })
      })
      const made = (await resident.get('/me/requests')).items.find((one) => one.words === '王奶奶睡不好，想找人聊聊。')
      assert.deepEqual(made.health_consent, { by: 'self', way: 'in_person' })
    })
  })
}
