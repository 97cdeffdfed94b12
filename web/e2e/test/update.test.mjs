// A server that no longer serves this version of the pages (426 client_too_old): they say so, and begin anew.
import { after, before, test } from 'node:test'
import { openBrowser } from '../lib/browser.mjs'
import { button, builds, onPhone, press, text } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'

let browser, server
before(async () => ([browser, server] = await Promise.all([openBrowser(), startYimi()])))
after(() => Promise.all([browser?.close(), server?.stop()]))

for (const [name, build] of Object.entries(builds)) {
  test(`${name}: a page that is too old offers to begin anew`, async () => {
    const app = await build(server)
    try {
      await onPhone(browser, app, 'resident', '/pages/home/index', async (page, open, guard) => {
        guard.expectStatus(426)
        await page.route('**/api/v1/activities', tooOld)
        await open('/pages/activities/index')
        await text(page, '请更新小程序').waitFor()
        await page.unroute('**/api/v1/activities')
        if (name === 'H5') await press(button(page, '重新打开'), { hides: text(page, '请更新小程序') })
        else {
          await button(page, '重新打开').click()
          await page.evaluate(() => window.__weapp.update()) // WeChat has fetched it meanwhile
          await page.waitForFunction(() => window.__weapp.calls.some(([call]) => call === 'applyUpdate'))
        }
      })
    } finally {
      await app.stop()
    }
  })
}

const tooOld = (route) =>
  route.fulfill({
    status: 426,
    contentType: 'application/problem+json',
    body: JSON.stringify({
      type: 'about:blank',
      title: 'Upgrade Required',
      status: 426,
      code: 'client_too_old',
      detail: '这个版本太旧了',
      request_id: 'r1',
    }),
  })
