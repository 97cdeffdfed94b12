// The resident loop as people press it: an old man books a talk in large letters, staff approve it on the phone, the worker
// serves and writes a confidential note, he rates it, and nobody else can read the note.
// Once in H5, once in the built mini-program.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser } from '../lib/browser.mjs'
import { api, bringNear, builds, button, chip, late, onPhone, press, text } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'

let browser
before(async () => (browser = await openBrowser()))
after(() => browser?.close())

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

    const on = (...of) => onPhone(browser, app, ...of)

    /** From the home page in large letters to the request; gives the time that was chosen. */
    const book = () =>
      on('resident', '/pages/home/index', async (page) => {
        const talk = page.locator('.sv-row:visible', { hasText: '心理疏导' })
        const words = page.locator('textarea:visible').first()
        const who = (name) => page.locator('.sp-who:visible', { hasText: name })
        await press(button(page, '大字版'), { shows: page.locator('.screen.elder:visible') })
        await press(text(page, '我要求助'), { shows: talk })
        await late(page, '**/me/beneficiaries') // must not wipe out what was written by then
        await press(talk, { shows: words })
        await words.fill('还是睡不着，想再聊一次。')
        await chip(page, '睡不踏实').click()
        await press(button(page, '下一步'), { shows: who(/./) })
        if (!(await who('周文静').count())) {
          // somebody else has time sooner
          await press(text(page, '换人'), { shows: page.locator('.sp-row:visible', { hasText: '周文静' }) })
          await press(page.locator('.sp-row:visible', { hasText: '周文静' }), { shows: who('周文静') })
        }
        await page.locator('.slot:visible:not(.gone)').first().click()
        await press(button(page, '就约这个时间'), { shows: text(page, '申请过这项服务') }) // an earlier talk is still to come
        await press(button(page, '就这样约'), { shows: text(page, '待审批') })
        await text(page, '先给您留到').waitFor()
        assert.ok((await page.locator('.screen.elder:visible').count()) > 0, 'the letters stay large')
      })

    const NOTE = '说起老伴，哭了一会儿，没有危险的想法。'

    test('from asking to rating', async () => {
      const [resident, staff, worker, elsewhere] = await Promise.all(
        ['resident', 'staff', 'worker', 'staff2'].map((who) => api(server.origin, who)),
      )
      const had = (await resident.get('/me/requests')).items.map((one) => one.id)
      await book()
      const made = (await resident.get('/me/requests')).items.find((one) => !had.includes(one.id))
      assert.deepEqual([made.state, made.words, made.booking.state], ['submitted', '还是睡不着，想再聊一次。', 'held'])

      await on('staff', '/pkg-staff-request/requests?queue=new', async (page) => {
        const row = page.locator('.req-row:visible', { hasText: '还是睡不着' })
        await press(row.locator('.req-tick'), { shows: button(page, '通过 1 件') })
        await press(button(page, '通过 1 件'), { hides: row })
      })
      await on('resident', `/pkg-request/request?id=${made.id}`, async (page) => {
        await text(page, '已约好').waitFor()
        await text(page, '等待面谈').waitFor()
        await text(page, '谁看过这份申请').waitFor()
      })

      assert.ok(await bringNear(worker, made.id), 'a time within the next half hour')
      await on('worker', `/pkg-worker/case?id=${made.id}`, async (page, _go, guard) => {
        guard.expectStatus(409) // whether no minutes are meant
        const done = page.locator('textarea:visible')
        await press(button(page, '开始'), { shows: button(page, '现在开始') })
        await press(button(page, '现在开始'), { shows: button(page, '做完了，写记录') })
        await press(button(page, '做完了，写记录'), { shows: done })
        await done.fill('谈了五十分钟，教了一个放松的办法。')
        await press(chip(page, '全部完成'), { shows: button(page, '保存，全部完成') })
        await press(button(page, '保存，全部完成'), { shows: button(page, '就是 0 分钟') })
        await press(button(page, '就是 0 分钟'), { shows: text(page, '已完成') })
      })
      await on('worker', `/pkg-worker/notes?id=${made.id}`, async (page) => {
        await page.locator('textarea:visible').fill(NOTE)
        await press(button(page, '打开，记一笔'), { shows: text(page, '还没有写过') })
        await press(button(page, '保存这一条'), { shows: page.locator('.no-text:visible', { hasText: NOTE }) })
      })

      await on('resident', `/pkg-request/rate?id=${made.id}`, async (page) => {
        await page.locator('.rt-star:visible').nth(4).click()
        await press(button(page, '交上评价'), { shows: text(page, '谢谢您的评价') })
      })
      const rated = await resident.get(`/requests/${made.id}`)
      assert.deepEqual([rated.state, rated.rating], ['completed', 5])

      // The note is the worker's and the supervisor's alone.
      assert.equal((await worker.get(`/requests/${made.id}/case-notes`)).items[0].text, NOTE)
      assert.ok(!JSON.stringify(rated).includes(NOTE), 'who asked reads no note')
      for (const who of [resident, staff, elsewhere]) assert.equal((await who.send('GET', `/requests/${made.id}/case-notes`)).status, 404)
      assert.equal((await elsewhere.send('GET', `/requests/${made.id}`)).status, 404)
      assert.ok(
        (await resident.get(`/requests/${made.id}/looks`)).items.some((look) => look.what === 'case_notes' && look.role === 'worker'),
      )
    })
  })
}
