// The resident loop as people press it. So far its first half: an old man books a talk, in large letters.
// Once in H5, once in the built mini-program.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser, openPhone } from '../lib/browser.mjs'
import { startYimi } from '../lib/server.mjs'
import { openWeapp, serveWeapp } from '../lib/weapp.mjs'

// By what people see: in WeChat neither a component nor what is put into its slot has an element that could bear a test id.
const text = (page, words) => page.getByText(words).locator('visible=true').first()
const button = (page, words) => page.locator('.btn:visible', { hasText: words }).first()
const chip = (page, words) => page.locator('.chip:visible', { hasText: words }).first()

let browser
before(async () => (browser = await openBrowser()))
after(() => browser?.close())

/** The API as a persona, for what the test only prepares or compares. */
async function api(origin, persona) {
  const ask = async (method, path, body, token) => {
    const answer = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
      body: body && JSON.stringify(body),
    })
    const said = await answer.json()
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${JSON.stringify(said)}`)
    return said
  }
  const { access_token: token } = await ask('POST', '/auth/demo', { persona })
  return { get: (path) => ask('GET', path, undefined, token), post: (path, body = {}) => ask('POST', path, body, token) }
}

const builds = {
  H5: async (server) => ({ open: (page, path, persona) => page.goto(`${server.origin}/m/?persona=${persona}#${path}`), stop: () => {} }),
  'mini-program': async (server) => {
    const weapp = await serveWeapp(server.origin)
    return { open: (page, path, persona) => openWeapp(page, weapp, path, persona), stop: weapp.stop }
  },
}

for (const [name, build] of Object.entries(builds)) {
  describe(`the resident loop in ${name}`, () => {
    let server, app
    before(async () => {
      server = await startYimi()
      app = await build(server)
    })
    after(async () => {
      await app?.stop()
      await server?.stop()
    })

    const on = async (persona, path, act) => {
      const { page, context, guard } = await openPhone(browser)
      try {
        await app.open(page, path, persona)
        const result = await act(page)
        guard.check()
        return result
      } finally {
        await context.close()
      }
    }

    /** From the home page in large letters to the request; gives the time that was chosen. */
    const book = () =>
      on('resident', '/pages/home/index', async (page) => {
        await button(page, '大字版').click()
        await text(page, '我要求助').click()
        await text(page, '心理疏导').click()
        await page.locator('textarea:visible').first().fill('还是睡不着，想再聊一次。')
        await chip(page, '睡不踏实').click()
        await button(page, '下一步').click()
        await page.locator('.slot:visible:not(.gone)').first().click()
        await button(page, '就约这个时间').click()
        await text(page, '申请过这项服务').waitFor() // an earlier talk is still to come
        await button(page, '就这样约').click()
        await text(page, '待审批').waitFor()
        await text(page, '先给您留着').waitFor()
        assert.ok((await page.locator('.screen.elder:visible').count()) > 0, 'the letters stay large')
      })

    test('an old man books a talk, and it is approved', async () => {
      const [resident, staff] = [await api(server.origin, 'resident'), await api(server.origin, 'staff')]
      const had = (await resident.get('/me/requests')).items.map((one) => one.id)
      await book()
      const made = (await resident.get('/me/requests')).items.find((one) => !had.includes(one.id))
      assert.equal(made.state, 'submitted')
      assert.equal(made.words, '还是睡不着，想再聊一次。')
      assert.equal(made.booking.state, 'held')

      await staff.post(`/requests/${made.id}/approve`)
      await on('resident', `/pkg-request/request?id=${made.id}`, async (page) => {
        await text(page, '已约好').waitFor()
        await text(page, '等待面谈').waitFor()
        await text(page, '谁看过这份申请').click()
        await text(page, '杨海兰').waitFor()
      })
    })
  })
}
