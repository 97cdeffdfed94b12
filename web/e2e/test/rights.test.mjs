// A resident takes a copy of all that is kept about her, then closes the account: in H5, where a browser keeps the file.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { openBrowser } from '../lib/browser.mjs'
import { api, builds, button, onPhone, press, text } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'

let browser, server
before(async () => ([browser, server] = await Promise.all([openBrowser(), startYimi()])))
after(async () => {
  await browser?.close()
  await server?.stop()
})

test('a resident exports and closes', async () => {
  const resident = await api(server.origin, 'resident')
  const me = await resident.get('/me')
  await onPhone(browser, await builds.H5(server), 'resident', '/pkg-me/settings', async (page) => {
    let closings = 0
    page.on('request', (request) => (closings += request.url().endsWith('/me/close') ? 1 : 0))
    await press(text(page, '我的数据'), { shows: button(page, '导出我的数据') })
    const [download] = await Promise.all([page.waitForEvent('download'), button(page, '导出我的数据').click()])
    assert.equal(download.suggestedFilename(), 'yimi-my-data.zip')
    const archive = await readFile(await download.path())
    assert.equal(archive.subarray(0, 2).toString(), 'PK')
    assert.ok(archive.includes('data.json') && archive.includes('index.html'))
    await text(page, '在浏览器的下载里').waitFor()

    const yes = button(page, '注销，不再用了')
    await press(button(page, '注销账号'), { shows: yes })
    await yes.dispatchEvent('click') // grey: without the word nothing happens, and it says why
    await text(page, '先照着写上那两个字').waitFor()
    assert.equal((await resident.get('/me')).name, me.name)
    await page.locator('input:visible').fill('注销')
    await press(yes, { shows: text(page, '账号已经注销') })
    assert.equal(closings, 1, 'asked to close with the word alone')
  })
  const after = await resident.send('GET', '/me')
  assert.deepEqual([after.status, after.said.code], [401, 'session_ended'])
})
