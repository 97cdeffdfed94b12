// Two windows of one browser are one login: they share its refresh, its end, and whoever comes after.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser, openPhone, preset, watch } from '../lib/browser.mjs'
import { api, late, press, text } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'

describe('two windows of one login', () => {
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

  /** Staff who have two windows open at the same page. */
  async function inTwo(path, act) {
    const { session } = await api(server.origin, 'staff')
    const { context, page: one, guard } = await openPhone(browser)
    try {
      await preset(context, {
        'yimi.tokens': { access: session.access_token, refresh: session.refresh_token },
        'yimi.person': session.person,
      })
      const two = await context.newPage()
      const guards = [guard, watch(two)]
      for (const each of guards) each.expectStatus(401)
      for (const page of [one, two]) await page.goto(`${server.origin}/m/#${path}`)
      for (const page of [one, two]) await page.locator('.screen').first().waitFor()
      await act(one, two, { context, session })
      for (const each of guards) each.check()
    } finally {
      await context.close()
    }
  }

  for (const how of ['by a Web Lock', 'without Web Locks']) {
    test(`share one refresh, though its answer is late: ${how}`, async () => {
      await inTwo('/pages/mine/index', async (one, two, { context, session }) => {
        if (how !== 'by a Web Lock') {
          await context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }))
          for (const page of [one, two]) await page.reload()
        }
        for (const page of [one, two]) await page.locator(at('workbench')).waitFor()
        // The access token is good for some minutes yet: here it has run out.
        await context.route('**/api/v1/**', (route) =>
          route.request().headers().authorization === `Bearer ${session.access_token}`
            ? route.fulfill({
                status: 401,
                contentType: 'application/problem+json',
                body: '{"code":"token_expired","status":401,"detail":"登录已过期"}',
              })
            : route.fallback(),
        )
        const refreshed = []
        for (const page of [one, two]) {
          await late(page, '**/auth/refresh')
          page.on('request', (request) => request.url().endsWith('/auth/refresh') && refreshed.push(page))
        }
        await Promise.all([one, two].map((page) => press(page.locator(at('workbench')), { shows: page.locator(at('file-request')) })))
        assert.equal(refreshed.length, 1)
        const kept = await one.evaluate(() => JSON.parse(localStorage.getItem('yimi.tokens')).data)
        const me = await fetch(`${server.origin}/api/v1/me`, { headers: { Authorization: `Bearer ${kept.access}` } })
        assert.equal(me.status, 200, 'the session has not ended')
      })
    })
  }

  test('signing out in one signs out the other at once', async () => {
    await inTwo('/pkg-me/settings', async (one, two) => {
      await press(one.locator(at('sign-out')), { shows: one.locator(at('confirm-sign-out')) })
      await press(one.locator(at('confirm-sign-out')), { hides: one.locator(at('confirm-sign-out')) })
      await two.locator(at('ask-help')).waitFor()
      assert.equal(await two.locator(at('workbench')).count(), 0)
    })
  })

  test('another person who signs in in one is who is there in the other, with nothing of the first', async () => {
    await inTwo('/pkg-staff-request/file-request', async (one, two) => {
      await two.locator(at('caller-name')).locator('input').fill('赵大爷')
      await one.goto(`${server.origin}/m/?persona=volunteer#/pages/mine/index`)
      await text(one, '林晓雯').waitFor()
      await two.waitForURL(/pages\/home\/index|#\/$/)
      await text(two, '晓雯').waitFor()
      assert.equal(
        (await two.getByText('赵大爷').count()) +
          (await two.locator('input').evaluateAll((all) => all.filter((one) => one.value === '赵大爷').length)),
        0,
      )
      assert.equal(await two.locator(at('workbench')).count(), 0)
    })
  })
})
