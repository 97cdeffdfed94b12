// A social worker's day as it is pressed: accept a case, begin a visit, write its record, write a confidential note.
// Once in H5, once in the built mini-program.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser } from '../lib/browser.mjs'
import { api, bringNear, builds, button, late, onPhone, press, text } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'

const DRAFT = '说起老伴，哭了一会儿。'
const NOTE = `${DRAFT}没有危险的想法，下周再谈。`
let browser
before(async () => (browser = await openBrowser()))
after(() => browser?.close())

/** Brings one of the worker's talks near. */
async function nearTalk(worker) {
  const { items } = await worker.get('/me/cases?limit=100')
  for (const one of items.filter((it) => it.booking?.state === 'booked')) if (await bringNear(worker, one.id)) return one.id
  throw new Error('no time within the next half hour')
}

/** What a page's text field shows in the first frame that has one; in the built mini-program its value is an attribute. */
async function firstShown(page) {
  const field = await page.waitForFunction(() => [...document.querySelectorAll('textarea')].find((it) => it.checkVisibility()))
  return field.evaluate((it) => it.value || it.getAttribute('value'))
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

    const on = (...of) => onPhone(browser, app, ...of)

    test('from accepting a case to the note about a visit', async () => {
      const [worker, staff] = [await api(server.origin, 'worker'), await api(server.origin, 'staff')]
      const waiting = (await worker.get('/me/cases')).items.filter((it) => it.actions.includes('accept'))
      const talk = await nearTalk(worker)
      const before = await worker.get(`/requests/${talk}`)

      await on('worker', '/pkg-worker/today', async (page, _go, guard) => {
        guard.expectStatus(409) // whether no minutes are meant
        await text(page, '等您接单').waitFor()
        assert.equal(await page.locator('.btn:visible', { hasText: '接下' }).count(), waiting.length)
        await button(page, '接下').click()
        await page.waitForFunction(
          (left) =>
            [...document.querySelectorAll('.btn')].filter((it) => it.checkVisibility() && it.innerText.includes('接下')).length === left,
          waiting.length - 1,
        )
        const done = page.locator('textarea:visible')
        await press(button(page, /^\s*开始\s*$/), { shows: button(page, '现在开始') })
        await press(button(page, '现在开始'), { shows: text(page, '正在服务') })
        await press(button(page, '做完了，写记录'), { shows: done })
        await done.fill('聊了一刻钟，教了一个放松的办法。')
        await text(page, '还有下次').click()
        await press(button(page, '保存，结束这一次'), { shows: button(page, '就是 0 分钟') })
        await press(button(page, '就是 0 分钟'), { shows: text(page, '约好下一次？') })
        await press(button(page, '以后再约'), { hides: text(page, '约好下一次？') })
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
        await late(page, `**/requests/${talk}`)
        await open(`/pkg-worker/notes?id=${talk}`)
        assert.equal(await firstShown(page), DRAFT, 'what came later would meet what is being typed')
        await text(page, '接着上次没写完的').waitFor()
        await page.locator('textarea:visible').fill(NOTE)
        await press(button(page, '打开，记一笔'), { shows: text(page, '还没有写过') })
        await press(button(page, '保存这一条'), { shows: page.locator('.no-text:visible', { hasText: NOTE }) })
        const kept = await page.evaluate(
          ([a, b]) => Object.values(localStorage).filter((value) => value.includes(a) || value.includes(b)),
          [DRAFT, NOTE],
        )
        assert.deepEqual(kept, [], 'the draft is gone from the phone')
      })
      const { items: notes } = await worker.get(`/requests/${talk}/case-notes`)
      assert.deepEqual(
        notes.map((one) => [one.text, one.visit_id]),
        [[NOTE, now.visits.at(-1).id]],
      )
      assert.equal((await staff.send('GET', `/requests/${talk}/case-notes`)).status, 404)
      assert.ok((await staff.get(`/requests/${talk}/looks`)).items.some((look) => look.what === 'case_notes' && look.role === 'worker'))

      await on('staff', `/pkg-worker/notes?id=${talk}`, (page) => text(page, '这些记录不给您看').waitFor())
    })
  })
}
