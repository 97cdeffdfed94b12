// One's own account: a password that somebody else set is changed, and a desk login is linked with WeChat's of the same person.
// The desk is H5; the phone once H5, once the built mini-program.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser, openPhone, preset } from '../lib/browser.mjs'
import { api, builds, button, decide, onPhone, press, text } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'

const DESK = { login: 'ma.lan', password: 'set by somebody else' }
const OWN = '一句只有我知道的话'.repeat(2)
let browser
before(async () => (browser = await openBrowser()))
after(() => browser?.close())

/** A desk account that the district's admin made, with a password that the admin knows. */
async function makeDesk(origin) {
  const admin = await api(origin, 'admin')
  const station = (await admin.get('/units')).items.find((unit) => unit.name === '东方社区社工站')
  await admin.post(`/units/${station.id}/staff`, { ...DESK, name: '马兰', role: 'station_staff' })
  await decide(await api(origin, DESK), 'privacy', true)
}

/** H5 at a desk, signed in with a password; refusals of the status given are expected. */
async function atDesk(origin, who, path, refused, act) {
  const { page, context, guard } = await openPhone(browser)
  const { session } = await api(origin, who)
  guard.expectStatus(refused)
  try {
    await preset(context, {
      'yimi.tokens': { access: session.access_token, refresh: session.refresh_token },
      'yimi.person': session.person,
    })
    await page.goto(`${origin}/m/#${path}`)
    await act(page)
    guard.check()
  } finally {
    await context.close()
  }
}

const inputs = (page) => page.locator('input:visible')
const errors = (page, words) => page.locator('.ff-error:visible', { hasText: words })

/** Types over what a form refused. H5 hands typing on every 100 ms, so wait until the form has it: its refusal is gone. */
async function retype(page, nth, typed, refusal) {
  await inputs(page).nth(nth).fill(typed)
  await refusal.waitFor({ state: 'hidden' })
}

for (const [name, build] of Object.entries(builds)) {
  describe(`one's own account in ${name}`, () => {
    let server, app
    before(async () => {
      server = await startYimi()
      app = await build(server)
      await makeDesk(server.origin)
    })
    after(async () => {
      await app?.stop()
      await server?.stop()
    })

    test('a password that somebody else set is changed', async () => {
      const elsewhere = await api(server.origin, DESK)
      assert.equal((await elsewhere.get('/me')).password_own, false)
      await atDesk(server.origin, DESK, '/pages/mine/index', 422, async (page) => {
        const note = text(page, '您的密码是别人设的')
        await press(note, { shows: button(page, '改密码') })
        await inputs(page).nth(0).fill('not the one')
        await inputs(page).nth(1).fill('short')
        await inputs(page).nth(2).fill(OWN)
        await press(button(page, '改密码'), { shows: errors(page, '现在是 5 个') })
        await retype(page, 1, OWN, errors(page, '现在是 5 个'))
        await press(button(page, '改密码'), { shows: errors(page, '现在的密码不对') })
        await retype(page, 0, DESK.password, errors(page, '现在的密码不对'))
        await press(button(page, '改密码'), { shows: text(page, '密码改好了') })
        await press(button(page, '好了'), { shows: text(page, '工作人员入口') })
        assert.equal(await note.isVisible(), false)
      })
      assert.equal((await elsewhere.send('GET', '/me')).status, 401, 'other sessions have ended')
      assert.equal((await (await api(server.origin, { ...DESK, password: OWN })).get('/me')).password_own, true)
    })

    test('the desk login and WeChat’s of one person are linked', async () => {
      const [phone, desk] = [await api(server.origin, 'volunteer'), { ...DESK, password: OWN }]
      const code = await onPhone(browser, app, 'volunteer', '/pkg-me/links', async (page) => {
        await text(page, '还没有关联别的账号').waitFor()
        await press(button(page, '显示数字'), { shows: page.locator('.sc-code:visible') })
        return (await page.locator('.sc-code:visible').innerText()).replace(/\D/g, '')
      })
      assert.match(code, /^\d{8}$/)
      const wrong = String((Number(code) + 1) % 100_000_000).padStart(8, '0')
      await atDesk(server.origin, desk, '/pkg-me/links', 422, async (page) => {
        await press(text(page, '这边输数字'), { shows: inputs(page).first() })
        await inputs(page).first().fill(wrong)
        await press(button(page, /^\s*关联\s*$/), { shows: errors(page, '数字') })
        await retype(page, 0, code, errors(page, '数字'))
        await press(button(page, /^\s*关联\s*$/), { shows: page.locator('.cell:visible', { hasText: '微信登录' }) })
      })
      assert.deepEqual(
        (await phone.get('/me/links')).items.map((one) => [one.name, one.wechat, one.desk]),
        [['马兰', false, true]],
      )
      await onPhone(browser, app, 'volunteer', '/pkg-me/links', (page) => text(page, '马兰').waitFor())
    })

    test('an invitation is looked at, put off, and accepted', async () => {
      const admin = await api(server.origin, 'admin')
      const station = (await admin.get('/units')).items.find((unit) => unit.name === '东方社区社工站')
      const { code } = await admin.post(`/units/${station.id}/invitations`, { role: 'social_worker' })
      const inviter = (await admin.get('/me')).name
      await onPhone(browser, app, 'volunteer', '/pkg-me/invitation', async (page) => {
        await inputs(page)
          .first()
          .fill(`${code.slice(0, 7)}0`)
        await errors(page, '没有数字 0').waitFor()
        await inputs(page)
          .first()
          .fill(`${code.slice(0, 4).toLowerCase()} ${code.slice(4)}`)
        await errors(page, '没有数字 0').waitFor({ state: 'hidden' })
        await press(button(page, '看一看'), { shows: text(page, `${inviter}邀请您担任`) })
        await text(page, station.name).waitFor()
        await press(button(page, '先不'), { shows: button(page, '看一看') })
        assert.equal(
          (await (await api(server.origin, 'volunteer')).get('/me')).roles.some((held) => held.role === 'social_worker'),
          false,
        )
        await press(button(page, '看一看'), { shows: button(page, '接受') })
        await press(button(page, '接受'), { shows: text(page, `您现在是${station.name}的社工`) })
      })
      assert.equal(
        (await (await api(server.origin, 'volunteer')).get('/me')).roles.some((held) => held.role === 'social_worker'),
        true,
      )
      const mine = (await admin.get('/invitations')).items[0]
      assert.deepEqual([mine.state, mine.accepted_by_name !== undefined, mine.code], ['accepted', true, undefined])
    })
  })
}
