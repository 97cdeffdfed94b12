// A social worker's day as it is pressed: accept a case, begin a visit, write its record, write a confidential note.
// Once in H5, once in the built mini-program.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser, openPhone } from '../lib/browser.mjs'
import { startYimi } from '../lib/server.mjs'
import { openWeapp, serveWeapp } from '../lib/weapp.mjs'

const MINUTE = 60_000
const FIVE = 5 * MINUTE
const DRAFT = '说起老伴，哭了一会儿。'
const NOTE = `${DRAFT}没有危险的想法，下周再谈。`
// By what people see: in WeChat neither a component nor what is put into its slot has an element that could bear a test id.
const text = (page, words) => page.getByText(words).locator('visible=true').first()
const button = (page, words) => page.locator('.btn:visible', { hasText: words }).first()

let browser
before(async () => (browser = await openBrowser()))
after(() => browser?.close())

/** The API as a persona: {get, post} give the answer, `status` only how it went. */
async function api(origin, persona) {
  const send = async (method, path, body, token) => {
    const answer = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
      body: body && JSON.stringify(body),
    })
    return { ok: answer.ok, status: answer.status, said: await answer.json() }
  }
  const ask = async (...of) => {
    const { ok, status, said } = await send(...of)
    assert.ok(ok, `${of[0]} ${of[1]}: ${status} ${JSON.stringify(said)}`)
    return said
  }
  const { access_token: token } = await ask('POST', '/auth/demo', { persona })
  return { get: (path) => ask('GET', path, undefined, token), post: (path, body = {}) => ask('POST', path, body, token), send: (method, path, body) => send(method, path, body, token) }
}

/** Moves one of the worker's talks to within the next half hour, when its visit can be begun. */
async function bringNear(worker) {
  const { items } = await worker.get('/me/cases?limit=100')
  for (const one of items.filter((it) => it.booking?.state === 'booked'))
    for (let n = 1; n <= 5; n++) {
      const starts = new Date((Math.floor(Date.now() / FIVE) + n) * FIVE).toISOString()
      const { ok } = await worker.send('POST', `/requests/${one.id}/reschedule`, { starts_at: starts, length_minutes: 10 })
      if (ok) return one.id
    }
  throw new Error('no time within the next half hour')
}

const builds = {
  H5: async (server) => ({ open: (page, path, persona) => page.goto(`${server.origin}/m/?persona=${persona}#${path}`), stop: () => {} }),
  'mini-program': async (server) => {
    const weapp = await serveWeapp(server.origin)
    return { open: (page, path, persona) => openWeapp(page, weapp, path, persona), stop: weapp.stop }
  },
}

for (const [name, build] of Object.entries(builds)) {
  describe(`a social worker's day in ${name}`, () => {
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
        await act(page, (next) => app.open(page, next, persona))
        guard.check()
      } finally {
        await context.close()
      }
    }

    test('from accepting a case to the note about a visit', async () => {
      const [worker, staff] = [await api(server.origin, 'worker'), await api(server.origin, 'staff')]
      const waiting = (await worker.get('/me/cases')).items.filter((it) => it.actions.includes('accept'))
      const talk = await bringNear(worker)
      const before = await worker.get(`/requests/${talk}`)

      await on('worker', '/pkg-worker/today', async (page) => {
        await text(page, '等您接单').waitFor()
        assert.equal(await page.locator('.btn:visible', { hasText: '接下' }).count(), waiting.length)
        await button(page, '接下').click()
        await page.waitForFunction((left) => [...document.querySelectorAll('.btn')].filter((it) => it.checkVisibility() && it.innerText.includes('接下')).length === left, waiting.length - 1)
        await button(page, /^\s*开始\s*$/).click()
        await button(page, '现在开始').click()
        await text(page, '正在服务').waitFor()
        await button(page, '做完了，写记录').click()
        await page.locator('textarea:visible').fill('聊了一刻钟，教了一个放松的办法。')
        await text(page, '还有下次').click()
        await button(page, '保存，结束这一次').click()
        await text(page, '约好下一次？').waitFor()
        await button(page, '以后再约').click()
        await text(page, '聊了一刻钟').waitFor()
      })
      const now = await worker.get(`/requests/${talk}`)
      assert.equal(now.state, 'in_service')
      assert.equal(now.visits.length, (before.visits?.length ?? 0) + 1)
      assert.deepEqual([now.visits.at(-1).person_times, now.visits.at(-1).done], [1, '聊了一刻钟，教了一个放松的办法。'])
      assert.equal((await worker.get(`/requests/${waiting[0].id}`)).accepted, true)

      await on('worker', `/pkg-worker/notes?id=${talk}`, async (page, open) => {
        await page.locator('textarea:visible').fill(DRAFT)
        await page.goto('about:blank') // the program is gone, what the phone keeps is not
        await open(`/pkg-worker/notes?id=${talk}`)
        await text(page, '接着上次没写完的').waitFor()
        await text(page, `${DRAFT.length}/4000`).waitFor()
        await page.locator('textarea:visible').fill(NOTE)
        await button(page, '打开，记一笔').click()
        await text(page, '还没有写过').waitFor()
        await button(page, '保存这一条').click()
        await page.locator('.no-text:visible', { hasText: NOTE }).waitFor()
        const kept = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('caseNote')))
        assert.deepEqual(kept, [], 'the draft is gone from the phone')
      })
      const { items: notes } = await worker.get(`/requests/${talk}/case-notes`)
      assert.deepEqual(notes.map((one) => [one.text, one.visit_id]), [[NOTE, now.visits.at(-1).id]])
      assert.equal((await staff.send('GET', `/requests/${talk}/case-notes`)).status, 404)
      assert.ok((await staff.get(`/requests/${talk}/looks`)).items.some((look) => look.what === 'case_notes' && look.role === 'worker'))

      await on('staff', `/pkg-worker/notes?id=${talk}`, (page) => text(page, '这些记录不给您看').waitFor())
    })
  })
}
