// Somebody new meets the privacy notice: says no and looks around, says yes, gives a consent of its own and takes it back.
// Once in H5, once in the built mini-program.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser, openPhone } from '../lib/browser.mjs'
import { api, builds, button, press, text } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'

let browser
before(async () => (browser = await openBrowser()))
after(() => browser?.close())

for (const [name, build] of Object.entries(builds)) {
  describe(`consents in ${name}`, () => {
    let server, app
    before(async () => {
      server = await startYimi()
      app = await build(server)
    })
    after(async () => {
      await app?.stop()
      await server?.stop()
    })

    test('from no to yes, and back', async () => {
      const person = await api(server.origin, 'newcomer')
      const { page, context, guard } = await openPhone(browser)
      guard.expectStatus(403) // what is private is refused until the notice is agreed to
      const asked = page.locator('.h1:visible', { hasText: '先看一看隐私说明' })
      const launch = async (path) => {
        await page.goto('about:blank')
        await app.open(page, path, 'newcomer')
      }
      try {
        await launch('/pages/home/index')
        await text(page, '红寺堡区社会工作服务中心，电话').waitFor()
        await press(button(page, '暂不同意'), { hides: asked })
        assert.equal((await person.get('/me')).privacy_agreed, false)
        assert.equal((await person.send('GET', '/me/hours')).said.code, 'privacy_consent_needed')

        await launch('/pages/activities/index')
        await press(button(page, '暂不同意'), { hides: asked }) // a new launch asks once more
        await page.locator('.act-card:visible').first().waitFor()

        await launch('/pkg-hours/hours')
        await press(button(page, '暂不同意'), { hides: asked, shows: button(page, '看隐私说明') })
        await press(button(page, '看隐私说明'), { shows: asked })
        await press(button(page, /^\s*同意\s*$/), { hides: asked, shows: text(page, '还没有服务时长') })
        assert.equal((await person.get('/me')).privacy_agreed, true)

        await launch('/pkg-me/privacy')
        const shown = page.locator('.card:visible', { hasText: '在榜单上显示姓名' }).first()
        await press(shown, { shows: text(page, '同意 在榜单上显示姓名') })
        assert.equal((await person.get('/me')).show_on_leaderboard, true)
        await press(shown, { shows: text(page, '撤回 在榜单上显示姓名') })
        assert.equal((await person.get('/me')).show_on_leaderboard, false)
        const { log } = await person.get('/me/consents')
        assert.deepEqual(
          log.map((line) => `${line.kind} ${line.given}`),
          ['leaderboard false', 'leaderboard true', 'privacy true'],
        )
        guard.check()
      } finally {
        await context.close()
      }
    })
  })
}
