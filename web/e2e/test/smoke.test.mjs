// Every page of every build opens without a fault: nothing thrown, nothing on the console, nothing asked from outside.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser, openPhone } from '../lib/browser.mjs'
import { allPages } from '../lib/pages.mjs'
import { press } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'
import { openWeapp, serveWeapp } from '../lib/weapp.mjs'

const AT_ONCE = { concurrency: 2 } // each page is a phone of its own, and leaves half of two processors idle

let browser, site, weapp

before(async () => {
  browser = await openBrowser()
  site = await startYimi()
  weapp = await serveWeapp(site.origin)
})
after(async () => {
  await browser?.close()
  await weapp?.stop()
  await site?.stop()
})

/** Who may see the page. */
const personaFor = (path) => (path.startsWith('/pkg-staff') ? 'staff' : path.startsWith('/pkg-worker/') ? 'worker' : 'volunteer')

async function onPhone(act, more) {
  const { page, context, guard } = await openPhone(browser, more)
  guard.expectStatus(400, 404) // a page opened without its id has to say so, and not to break
  try {
    await act(page, guard)
    guard.check()
  } finally {
    await context.close()
  }
}

describe('landing page', () => {
  test('shows the mini-program in a phone and changes who is in it', () =>
    onPhone(
      async (page) => {
        await page.goto(`${site.origin}/`)
        const phone = page.frameLocator('iframe[name=phone]')
        const hers = phone.getByText('杨海兰').first()
        await phone.locator('.screen').waitFor()
        assert.equal(await hers.isVisible(), false)
        await page.getByRole('link', { name: '杨海兰' }).focus()
        await page.keyboard.press('Enter')
        await hers.waitFor()
        assert.equal(await page.locator('[aria-current]').getAttribute('data-persona'), 'staff')
      },
      { viewport: { width: 1440, height: 900 }, isMobile: false, hasTouch: false },
    ))

  test('on a phone each person opens the mini-program itself', () =>
    onPhone(async (page) => {
      await page.goto(`${site.origin}/`)
      await page.getByRole('link', { name: '林国栋' }).tap()
      await page.waitForURL(/\/m\/\?persona=resident/)
      await page.locator('.screen.elder').waitFor()
    }))
})

test('who signs in on a page sees what is theirs there', () =>
  onPhone(async (page) => {
    await page.goto(`${site.origin}/m/#/pkg-me/family`)
    await press(page.getByText('居民').first(), { shows: page.getByText('王桂花').first() })
  }))

for (const elder of [0, 1]) {
  describe(`H5, elder ${elder}`, AT_ONCE, () => {
    for (const path of allPages()) {
      test(path, () =>
        onPhone(async (page) => {
          await page.goto(`${site.origin}/m/?persona=${personaFor(path)}&elder=${elder}#${path}`)
          await page
            .locator(elder ? '.screen.elder' : '.screen:not(.elder)')
            .first()
            .waitFor()
          await page.waitForLoadState('networkidle')
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - screen.width)
          assert.ok(wide <= 0, `${path} is ${wide} px wider than the phone`)
        }),
      )
    }
  })
}

describe('mini-program', AT_ONCE, () => {
  test('its templates compile without a warning', () => assert.deepEqual(weapp.warnings, []))
  for (const path of allPages()) {
    test(path, () =>
      onPhone(async (page) => {
        await openWeapp(page, weapp, path, personaFor(path))
        await page.locator('.screen').first().waitFor()
      }),
    )
  }
})
