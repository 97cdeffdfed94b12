// The first time: a request that asks who one is in its own form, taking part in an activity by becoming a volunteer on
// the way; and staff who find that request again. In H5, where somebody can be signed in whom the demo does not show.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser, openPhone, preset } from '../lib/browser.mjs'
import { api, decide, press, text } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'

describe('the first time', () => {
  let browser, server
  before(async () => {
    browser = await openBrowser()
    server = await startYimi()
  })
  after(async () => {
    await browser?.close()
    await server?.stop()
  })

  const at = (id) => `[data-testid="${id}"]:visible`
  const go = (page, path) => page.goto(`${server.origin}/m/#${path}`)

  /** Somebody of whom nothing is known but that they agreed to the notice, on a phone of their own. */
  async function somebodyNew(key, act) {
    const person = await api(server.origin, key)
    await decide(person, 'privacy', true)
    await asOne(person, (page) => act(page, person))
  }
  async function asOne(person, act) {
    const { page, context, guard } = await openPhone(browser)
    const { session } = person
    await preset(context, {
      'yimi.tokens': { access: session.access_token, refresh: session.refresh_token },
      'yimi.person': await person.get('/me'),
    })
    try {
      await act(page)
      guard.check()
    } finally {
      await context.close()
    }
  }

  const NAME = '初来的人'

  test('a first request asks name and community in its form, and what the way of service needs; they are remembered', async () => {
    await somebodyNew('first', async (page, person) => {
      const service = (await person.get('/service-types')).items.find(
        (one) =>
          one.active &&
          one.mode === 'request' &&
          !one.confidential &&
          one.ways[0] === 'home' &&
          one.ways.includes('station') &&
          !one.questions.some((question) => question.required),
      )
      assert.ok(service, 'a service at home or at the station')
      const words = page.locator(at('words')).locator('textarea')
      const phone = page.locator(at('phone')).locator('input')
      const address = page.locator(at('address')).locator('textarea')
      const ask = async () => {
        await go(page, `/pkg-request/ask?service_id=${service.id}`)
        await page.reload() // launched anew
        await words.waitFor()
      }
      await ask()
      await page.locator(at('introduce')).waitFor()
      await page.locator(at('way-station')).click()
      assert.equal((await phone.count()) + (await address.count()), 0, 'at the station nothing else is asked')
      await press(page.locator(at('way-home')), { shows: address })
      await press(page.locator(at('next')), { shows: page.locator(at('error-name')) })
      for (const field of ['unit_id', 'words', 'phone', 'address']) await page.locator(at(`error-${field}`)).waitFor()

      await page.locator(at('my-name')).locator('input').fill(NAME)
      const station = page.locator('[data-testid^="pick-"]:visible', { hasText: '东方社区' }).first()
      await press(page.locator(at('my-unit')), { shows: station })
      await press(station, { hides: station })
      await words.fill('家里要装扶手。')
      await phone.fill('13909530001')
      await address.fill('东方社区 9 号楼')
      await press(page.locator(at('next')), { shows: page.locator(at('submit')) })
      await press(page.locator(at('submit')), { shows: text(page, '待审批') })
      const me = await person.get('/me')
      assert.deepEqual([me.name, me.unit.name.includes('东方社区')], [NAME, true])

      await ask() // the second time
      assert.equal(await page.locator(at('introduce')).count(), 0)
      await address.waitFor()
      assert.deepEqual([await phone.inputValue(), await address.inputValue()], ['13909530001', '东方社区 9 号楼'])

      await go(page, '/pkg-me/family')
      await press(page.locator(at('remove-self')), { shows: text(page, '删除我的电话和住址') })
      await press(page.locator(at('confirm-remove')), { hides: page.locator(at('remove-self')) })
      await ask()
      await address.waitFor()
      assert.deepEqual([await phone.inputValue(), await address.inputValue()], ['', ''], 'what was taken away is not offered')
    })
  })

  test('staff find it again by name and by number, and a surname says why it is not looked for', async () => {
    const staff = await api(server.origin, 'staff')
    const [{ number }] = (await staff.get(`/requests?name=${encodeURIComponent(NAME)}`)).items
    await asOne(staff, async (page) => {
      await go(page, '/pkg-staff-request/requests?queue=follow_up')
      const field = page.locator(at('find')).locator('input')
      const row = page.locator(at('request-row')).filter({ hasText: `编号 ${number}` })
      await page.locator(at('queue-new')).waitFor()
      await field.click()
      await page.locator(at('find-state')).waitFor()
      await page.locator(at('request-row')).nth(1).waitFor() // the newest of all
      await field.fill('初来')
      await page.locator(at('request-row')).nth(1).waitFor({ state: 'hidden' })
      await row.waitFor()
      assert.equal(await page.locator(at('request-row')).count(), 1)
      await field.fill('初')
      await page.locator(at('find-wrong')).waitFor()
      assert.equal(await row.count(), 0)
      await field.fill(number.replace('-', ''))
      await row.waitFor()
      const none = text(page, '没有找到')
      await press(page.locator(at('find-state')), { shows: text(page, '办到哪一步') })
      await press(page.locator('[data-testid^="pick-"]:visible', { hasText: '已结案' }), { shows: none })
      await press(page.locator(at('find-end')), { shows: page.locator(at('queue-new')) })
    })
  })

  test('taking part explains what a volunteer is, and after becoming one goes on with the activity', async () => {
    await somebodyNew('second', async (page, person) => {
      const { items } = await person.get('/activities?open=true')
      const details = await Promise.all(items.map((one) => person.get(`/activities/${one.id}`)))
      const free = details.find(
        (one) =>
          one.approval === 'automatic' &&
          !one.skills.length &&
          one.shifts.some((shift) => shift.state === 'open' && shift.taken < shift.capacity && Date.parse(shift.starts_at) > Date.now()),
      )
      assert.ok(free, 'an activity with a place')
      const shift = free.shifts.find((one) => one.state === 'open' && one.taken < one.capacity && Date.parse(one.starts_at) > Date.now())
      await go(page, `/pkg-activity/activity?id=${free.id}&shift=${shift.id}`)
      await press(page.locator(at('signup')), { shows: page.locator(at('explain')) })
      await press(page.locator(at('join')), { shows: page.locator(at('field-name')) })
      await page.locator(at('field-name')).locator('input').fill('后来的人')
      const set = page.locator('.uni-picker-action-confirm:visible')
      await press(page.locator(at('field-birth')), { shows: set })
      await press(set, { hides: set })
      const station = page.locator('[data-testid^="pick-"]:visible', { hasText: '东方社区' }).first()
      await press(page.locator(at('field-unit')), { shows: station })
      await press(station, { hides: station })
      await page.locator(at('agree')).click()
      await press(page.locator(at('register-submit')), { shows: page.locator(at('register-done')) })
      await press(page.locator(at('register-leave')), { shows: page.locator(at('confirm-signup')) })
      await press(page.locator(at('confirm-signup')), { shows: page.locator(at('signup-done')) })
    })
  })
})
