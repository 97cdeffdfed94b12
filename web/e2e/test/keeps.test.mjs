// Nothing is lost or done twice: a phone that keeps nothing, a session that ends in a form, a link opened by nobody, a
// picture whose answer got lost, a time moved onto itself. In H5, where a browser can refuse and a session can end.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser, openPhone, preset } from '../lib/browser.mjs'
import { api, button, late, press, text } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'

const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

describe('nothing is lost or done twice', () => {
  let browser, server
  before(async () => {
    browser = await openBrowser()
    server = await startYimi()
  })
  after(async () => {
    await browser?.close()
    await server?.stop()
  })

  const as = (who) => api(server.origin, who)
  const at = (id) => `[data-testid="${id}"]:visible`

  /** A fresh browser does something; answers of the statuses given are expected. */
  async function inBrowser(act, { refused = [], prepare } = {}) {
    const { page, context, guard } = await openPhone(browser)
    guard.expectStatus(...refused)
    try {
      await prepare?.(context, page)
      await act(page)
      guard.check()
    } finally {
      await context.close()
    }
  }
  const go = (page, path, persona = '') => page.goto(`${server.origin}/m/${persona && `?persona=${persona}`}#${path}`)
  const posts = (page, ending) => {
    const sent = []
    page.on('request', (one) => one.method() === 'POST' && new URL(one.url()).pathname.endsWith(ending) && sent.push(one))
    return sent
  }
  /** A service that asks for nothing but words. */
  const plainOne = async () =>
    (await (await as('resident')).get('/service-types')).items.find(
      (one) =>
        one.active &&
        one.mode === 'request' &&
        one.questions.length === 0 &&
        !one.confidential &&
        one.ways.includes('station') &&
        one.groups.some((group) => ['everyone', 'elder'].includes(group)),
    )
  const fill = async (page, words) => {
    await page.locator(at('words')).locator('textarea').fill(words)
    if (await page.locator(at('way-station')).count()) await page.locator(at('way-station')).click()
  }

  test('a full phone: signing in and one press are enough, and the page says what is not kept', async () => {
    const full = (context) =>
      context.addInitScript(() => {
        Storage.prototype.setItem = () => {
          throw new DOMException('full', 'QuotaExceededError')
        }
      })
    const resident = await as('resident')
    const plain = await plainOne()
    const before = (await resident.get('/me/requests')).items.length
    await inBrowser(
      async (page) => {
        const sent = posts(page, '/requests')
        await go(page, `/pkg-request/ask?service_id=${plain.id}`, 'resident')
        await page.locator(at('words')).waitFor()
        await page.locator(at('storage-refused')).waitFor()
        await fill(page, '手机满了，也想申请。')
        await press(page.locator(at('next')), { shows: page.locator(at('submit')) })
        await late(page, '**/api/v1/requests')
        await press(page.locator(at('submit')), { shows: text(page, '待审批') })
        assert.equal(sent.length, 1)
      },
      { prepare: full },
    )
    assert.equal((await (await as('resident')).get('/me/requests')).items.length, before + 1)
  })

  /** Staff at a desk who are writing down what a caller says, when the session ends. */
  async function whenItEnds(act) {
    const person = await as('staff')
    const { session } = person
    const plain = await plainOne()
    await inBrowser(
      async (page) => {
        const sent = posts(page, '/api/v1/requests')
        await go(page, '/pkg-staff-request/file-request')
        await press(page.locator(at('choose-service')), { shows: page.locator(at('service')).first() })
        await press(page.locator(at('service')).filter({ hasText: plain.name }).first(), { hides: page.locator(at('sheet')) })
        await page.locator(at('caller-name')).locator('input').fill('赵大爷')
        await page.locator(at('caller-phone')).locator('input').fill('13909539876')
        await page.locator(at('words')).locator('textarea').fill('灯坏了，够不着。')
        await page.locator(at('way-station')).click()
        await person.send('POST', '/auth/logout')
        // The access token is good for some minutes yet: here it has run out, and the session can renew it no more.
        await page.route('**/api/v1/**', (route) =>
          route.request().headers().authorization === `Bearer ${session.access_token}`
            ? route.fulfill({
                status: 401,
                contentType: 'application/problem+json',
                body: '{"code":"token_expired","status":401,"detail":"登录已过期"}',
              })
            : route.fallback(),
        )
        await late(page, '**/auth/demo')
        await press(page.locator(at('file-send')), { shows: page.locator(at('sign-in-sheet')) })
        assert.equal(await page.locator(at('caller-name')).locator('input').inputValue(), '赵大爷', 'the form stays under the question')
        await act(page, sent)
      },
      {
        refused: [401],
        prepare: (context) =>
          preset(context, {
            'yimi.tokens': { access: session.access_token, refresh: session.refresh_token },
            'yimi.person': session.person,
          }),
      },
    )
  }

  test('a session that ends in a form: the same person signs in, and what was pressed is done once', async () => {
    await whenItEnds(async (page, sent) => {
      await press(page.locator(at('be-staff')), { hides: page.locator(at('sign-in-sheet')) })
      await page.waitForURL(/pkg-staff-request\/request\?/)
      await text(page, '赵大爷').waitFor()
      assert.equal(new Set(sent.map((one) => one.headers()['idempotency-key'])).size, 1)
    })
  })

  test('a session that ends in a form: another person, or whoever goes, finds nothing of it', async () => {
    await whenItEnds(async (page) => {
      await press(page.locator(at('be-admin')), { hides: page.locator(at('sign-in-sheet')) })
      await page.waitForURL(/pages\/home\/index|#\/$/)
      await go(page, '/pkg-staff-request/file-request')
      await page.locator(at('choose-service')).waitFor()
      assert.equal(await page.locator(at('caller-name')).locator('input').inputValue(), '')
    })
    await whenItEnds(async (page) => {
      await press(page.locator(at('leave')), { hides: page.locator(at('sign-in-sheet')) })
      await page.waitForURL(/pages\/home\/index|#\/$/)
      await page.locator(at('sign-in')).waitFor()
      assert.equal(await page.evaluate(() => JSON.stringify(localStorage).includes('赵大爷')), false)
    })
  })

  test('a link opened by nobody offers signing in, and then shows what it is for', async () => {
    for (const path of ['/pkg-staff-request/requests?queue=new', '/pkg-worker/cases']) {
      await inBrowser(
        async (page) => {
          await go(page, path)
          await page.locator(at('sign-in')).waitFor()
          assert.equal(await page.getByText('没有这项权限').count(), 0)
          await press(page.locator(at(path.includes('worker') ? 'be-worker' : 'be-staff')), { hides: page.locator(at('sign-in')) })
          await page.locator('.req-row:visible, .cell:visible').first().waitFor()
          assert.ok(page.url().includes(path))
        },
        { refused: [401] },
      )
    }
    await inBrowser(
      async (page) => {
        // a page that only reads what is one's own
        await go(page, '/pkg-hours/hours')
        await press(button(page, '去登录'), { shows: page.locator(at('sign-in-sheet')) })
        await press(page.locator(at('be-volunteer')), { hides: page.locator(at('sign-in-sheet')) })
        await page.locator('.cell:visible').first().waitFor()
      },
      { refused: [401] },
    )
  })

  test('a picture whose answer got lost is there once, and the ones behind it are sent', async () => {
    const plain = await plainOne()
    await inBrowser(
      async (page) => {
        await go(page, `/pkg-request/ask?service_id=${plain.id}`, 'resident')
        await fill(page, '照片传了一半。')
        await press(page.locator(at('next')), { shows: page.locator(at('submit')) })
        for (const name of ['a.png', 'b.png']) {
          const chooser = page.waitForEvent('filechooser')
          await page.locator(at('add-picture')).click()
          await (await chooser).setFiles({ name, mimeType: 'image/png', buffer: PICTURE })
        }
        let lost = 0
        await page.route('**/attachments', async (route) => {
          const answer = await route.fetch()
          if (lost++ === 0) return route.fulfill({ status: 502, body: '' })
          await new Promise((resolve) => setTimeout(resolve, 500))
          await route.fulfill({ response: answer })
        })
        await press(page.locator(at('submit')), { shows: text(page, '图片没有传完') })
        await press(page.locator(at('send_again')), { hides: page.locator(at('refusal')) })
        await page.waitForURL(/pkg-request\/request\?/)
        assert.equal(lost, 3)
      },
      { refused: [502] },
    )
    const again = await as('resident')
    const made = (await again.get('/me/requests')).items[0]
    assert.equal((await again.get(`/requests/${made.id}`)).attachments.length, 2)
  })

  test('opening the notices marks read what was shown', async () => {
    const person = await as('resident')
    const unread = (await person.get('/me')).unread_notices
    assert.ok(unread > 0, 'there are some to read')
    await inBrowser(async (page) => {
      const sent = posts(page, '/me/notices/read')
      await late(page, '**/me/notices/read')
      await go(page, '/pkg-me/notices', 'resident')
      await page.locator('.no-row:visible').first().waitFor()
      const shown = await page.locator('.no-row:visible').count()
      await page.waitForResponse((answer) => answer.url().endsWith('/me/notices/read'))
      const { ids } = sent[0].postDataJSON()
      assert.ok(ids.length > 0 && ids.length <= shown)
      assert.equal((await (await as('resident')).get('/me')).unread_notices, unread - ids.length)
    })
  })

  test('an activity says the days of its campaign where it is chosen', async () => {
    await inBrowser(async (page) => {
      await go(page, '/pkg-staff-activity/activity-edit', 'staff')
      await press(page.locator('[data-testid^="campaign-"]:visible').first(), { shows: page.locator(at('period')) })
      assert.match(await page.locator(at('period')).innerText(), /的活动在 \d{4}年\d+月\d+日–\d{4}年\d+月\d+日/)
    })
  })

  test('what came back is sent again, though its service has ended meanwhile', async () => {
    const plain = await plainOne()
    const [resident, staff, admin] = await Promise.all(['resident', 'staff', 'admin'].map(as))
    const made = await resident.post('/requests', {
      service_type_id: plain.id,
      way: 'station',
      urgency: plain.promises[0].urgency,
      words: '想请人来看看',
      phone: '13909531234',
    })
    await staff.post(`/requests/${made.id}/return`, { reason: '请写清楚是什么事' })
    assert.ok((await admin.send('PATCH', `/service-types/${plain.id}`, { active: false })).ok)
    await inBrowser(async (page) => {
      await late(page, '**/submit')
      await go(page, `/pkg-request/request?id=${made.id}`, 'resident')
      await press(button(page, '去补充'), { shows: page.locator(at('words')) })
      await page.locator(at('words')).locator('textarea').fill('家里的灯坏了，够不着。')
      await press(page.locator(at('next')), { shows: page.locator(at('submit')) })
      await press(page.locator(at('submit')), { shows: text(page, '待审批') })
    })
    assert.equal((await resident.get(`/requests/${made.id}`)).state, 'submitted')
  })
})
