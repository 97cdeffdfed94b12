// H5 for keyboards and screen readers: axe over every page for whoever can see it, and what can be pressed is large enough.
// One server, one browser, one phone a persona: a page is opened in the one that runs.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openBrowser, openPhone } from '../lib/browser.mjs'
import { allPages } from '../lib/pages.mjs'
import { MINIPROGRAM } from '../lib/paths.mjs'
import { api, press } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** What uni-app itself draws and we cannot mend, by its component, with the reason. Empty: what it leaves out `app/access` adds. */
const THEIRS = []

let browser, site, queries
before(async () => {
  browser = await openBrowser()
  site = await startYimi()
  queries = await findQueries()
})
after(async () => {
  await browser?.close()
  await site?.stop()
})

const ADMIN = /^\/(pkg-staff\/(audit|minors-report|deliveries)|pkg-staff-service\/holidays)$/
/** The pages of each persona: together all, each by one who sees most of it, and some by another who sees something else there. */
const SEES = {
  volunteer: (path) => !/^\/pkg-(staff|worker)/.test(path),
  resident: (path) => /^\/(pages|pkg-request)\//.test(path),
  worker: (path) => path.startsWith('/pkg-worker/'),
  staff: (path) => path.startsWith('/pkg-staff') && !ADMIN.test(path),
  admin: (path) => ADMIN.test(path) || path === '/pkg-staff/workbench',
}

/** Sheets of every kind, by what opens them: lists, forms, dates, a question. */
const SHEETS = {
  '/pages/activities/index': 'chip-unit',
  '/pkg-me/family': 'add',
  '/pkg-me/settings': 'sign-out',
  '/pkg-worker/hours': 'exception-add',
  '/pkg-worker/case': 'more',
  '/pkg-staff-activity/activity-edit': 'add-shift',
  '/pkg-staff-service/holidays': 'add-holiday',
}

/** What a page is opened with, so that it shows something. */
async function findQueries() {
  const [volunteer, resident, worker, staff] = await Promise.all(
    ['volunteer', 'resident', 'worker', 'staff'].map((who) => api(site.origin, who)),
  )
  const first = async (who, path, pick = ({ items }) => items[0]) => pick(await who.get(path))
  const shift = await first(staff, '/workbench', ({ shifts }) => shifts.find((one) => one.phase === 'under_way') ?? shifts[0])
  const over = await first(staff, '/workbench', ({ shifts }) => shifts.find((one) => one.phase === 'to_confirm') ?? shifts[0])
  const held = await first(worker, '/me/cases', ({ items }) => items.find((one) => one.state === 'scheduled'))
  const talk = await first(resident, '/me/requests?open=true', ({ items }) => items.find((one) => one.state === 'scheduled'))
  const asked = await first(staff, '/requests?queue=new')
  const services = await first(resident, '/service-types', ({ items }) => items)
  return {
    '/pkg-activity/activity': `id=${(await first(volunteer, '/activities')).id}`,
    '/pkg-hours/entry': `id=${(await first(volunteer, '/me/hours/entries')).id}`,
    '/pkg-hours/campaign': 'id=1',
    '/pkg-hours/campaign-records': 'id=1',
    '/pkg-request/ask': `service_id=${services.find((one) => one.active && one.mode === 'request' && one.questions.length > 0).id}`,
    '/pkg-request/request': `id=${talk.id}`,
    '/pkg-request/change-time': `id=${talk.id}`,
    '/pkg-request/looks': `id=${talk.id}`,
    '/pkg-staff-activity/activity-edit': `id=${shift.activity_id}`,
    '/pkg-staff-activity/checkin-code': `shift_id=${shift.shift_id}&kind=in`,
    '/pkg-staff-activity/attendance': `shift_id=${over.shift_id}`,
    '/pkg-staff-request/request': `id=${asked.id}`,
    '/pkg-staff-request/requests': 'queue=new',
    '/pkg-staff-service/service-edit': `id=${services[0].id}`,
    '/pkg-worker/case': `id=${held.id}`,
    '/pkg-worker/notes': `id=${held.id}`,
  }
}

const at = (id) => `[data-testid="${id}"]:visible`

/** Opens a page in the program that runs, as a link in the address does, and waits until it stands. */
async function show(page, url) {
  await page.evaluate((url) => (location.hash = `#${url}`), url)
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll('uni-page')].filter((one) => one.getClientRects().length > 0 && one.querySelector('.screen')).length ===
      1,
  )
  await page.waitForLoadState('networkidle')
  await still(page)
}

/** Nothing is loading, nothing moves but what moves for ever. */
const still = (page) =>
  page.waitForFunction(
    () =>
      !document.querySelector('.skeleton') &&
      document.getAnimations().every((it) => it.playState !== 'running' || it.effect.getTiming().iterations === Infinity),
  )

/* global axe -- put into the page */
const judge = (page) =>
  page.evaluate(
    ([standards, theirs]) =>
      axe
        .run({ exclude: theirs }, { runOnly: standards, resultTypes: ['violations'], elementRef: false })
        .then(({ violations }) =>
          violations.flatMap(({ id, nodes }) =>
            nodes.map((one) => `${id}: ${one.html.slice(0, 300)} | ${one.failureSummary.split('\n')[1]}`),
          ),
        ),
    [STANDARDS, THEIRS.map((one) => [one])],
  )

/** What of ours can be pressed and is smaller than a thumb. What hangs out of it counts: `.tapl` is no less than it looks. */
const small = (page, least) =>
  page.evaluate((least) => {
    const shown = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== 'hidden'
    const ours = [...document.querySelectorAll('.screen [tabindex="0"], .screen uni-input, .screen uni-textarea')].filter((one) =>
      shown(one),
    )
    return ours
      .map((one) => [one.getBoundingClientRect(), one])
      .filter(([box]) => box.width < least - 0.5 || box.height < least - 0.5)
      .map(([box, one]) => `${Math.round(box.width)} × ${Math.round(box.height)}: ${one.outerHTML.slice(0, 200)}`)
  }, least)

/** Every page that a persona sees, one after another on one phone. */
async function eachPage(persona, elder, act) {
  const { page, context } = await openPhone(browser)
  try {
    await page.goto(`${site.origin}/m/?persona=${persona}&elder=${elder}`)
    await page.locator('.screen').first().waitFor()
    const faults = []
    for (const path of allPages().filter(SEES[persona])) {
      await show(page, queries[path] ? `${path}?${queries[path]}` : path)
      faults.push(...(await act(page)).map((fault) => `${path}: ${fault}`))
      if (!SHEETS[path] || persona === 'resident') continue
      await press(page.locator(at(SHEETS[path])), { shows: page.locator(at('sheet')) })
      await still(page)
      faults.push(...(await act(page)).map((fault) => `${path}, ${SHEETS[path]}: ${fault}`))
      await page.keyboard.press('Escape')
      await page.locator(at('sheet')).waitFor({ state: 'hidden' })
    }
    return faults
  } finally {
    await context.close()
  }
}

/** What a field gives as an example, paler than 4.5 : 1 on what it stands on. axe leaves it out, since the field lies over it. */
const pale = (page) =>
  page.evaluate(() => {
    const shade = (colour) => {
      const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number)
      const [x, y, z] = [r, g, b].map((n) => (n / 255 <= 0.03928 ? n / 255 / 12.92 : ((n / 255 + 0.055) / 1.055) ** 2.4))
      return { light: 0.2126 * x + 0.7152 * y + 0.0722 * z, seen: a > 0 }
    }
    const ground = (one) => {
      const { light, seen } = shade(getComputedStyle(one).backgroundColor)
      return seen || !one.parentElement ? light : ground(one.parentElement)
    }
    return [...document.querySelectorAll('.uni-input-placeholder, .uni-textarea-placeholder')]
      .filter((one) => one.getClientRects().length > 0 && one.textContent)
      .map((one) => {
        const [dark, light] = [shade(getComputedStyle(one).color).light, ground(one)].sort((a, b) => a - b)
        return { ratio: (light + 0.05) / (dark + 0.05), one }
      })
      .filter(({ ratio }) => ratio < 4.5)
      .map(({ ratio, one }) => `${ratio.toFixed(2)} : 1 ${one.textContent}`)
  })

const nothing = (faults) => assert.ok(faults.length === 0, `\n${faults.join('\n')}`)

test('every page has a persona who sees it', () =>
  assert.deepEqual(
    allPages().filter((path) => !Object.values(SEES).some((sees) => sees(path))),
    [],
  ))

for (const persona of Object.keys(SEES)) {
  test(`axe finds nothing on the pages of a ${persona}, whose presses are at least 44 px wide and high`, async () =>
    nothing(
      await eachPage(persona, 0, async (page) => {
        if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE)
        return [...(await judge(page)), ...(await small(page, 44)), ...(await pale(page))]
      }),
    ))
}
for (const persona of Object.keys(SEES)) {
  test(`in elder mode what a ${persona} presses is at least 60 px wide and high`, async () =>
    nothing(await eachPage(persona, 1, async (page) => [...(await small(page, 60)), ...(await pale(page))])))
}

/** A computer without a mouse. */
async function byKeys(path, act) {
  const { page, context, guard } = await openPhone(browser, { isMobile: false, hasTouch: false })
  try {
    await page.goto(`${site.origin}/m/?persona=volunteer#${path}`)
    await page.locator('.screen').first().waitFor()
    await page.waitForLoadState('networkidle')
    await act(page)
    guard.check()
  } finally {
    await context.close()
  }
}
const focused = (page) => page.evaluate(() => document.activeElement?.closest('[data-testid]')?.getAttribute('data-testid'))

test('Tab reaches what Enter presses, and shows where it is', () =>
  byKeys('/pages/home/index', async (page) => {
    for (let n = 0; n < 20 && (await focused(page)) !== 'give-help'; n++) await page.keyboard.press('Tab')
    assert.equal(await focused(page), 'give-help')
    assert.equal(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'solid')
    await page.keyboard.press('Enter')
    await page.locator(at('chip-unit')).waitFor()
    await page.locator('.uni-tabbar__item').nth(2).focus()
    await page.keyboard.press('Enter')
    await page.locator(at('segment-all')).waitFor()
  }))

test('Space turns a switch, and says so', () =>
  byKeys('/pkg-me/settings', async (page) => {
    const elder = page.locator(at('elder-toggle'))
    await elder.focus()
    await page.keyboard.press('Space')
    await page.locator('.screen.elder').waitFor()
    assert.equal(await elder.getAttribute('aria-checked'), 'true')
  }))

test('a sheet keeps the focus, closes by Escape, and gives the focus back', () =>
  byKeys('/pkg-me/settings', async (page) => {
    const sheet = page.locator(at('sheet'))
    await page.locator(at('sign-out')).focus()
    await page.keyboard.press('Enter')
    await sheet.waitFor()
    for (const key of ['Tab', 'Tab', 'Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab']) {
      await page.keyboard.press(key)
      assert.ok(await page.evaluate(() => !!document.activeElement.closest('[role=dialog]')), `${key} leaves the sheet`)
    }
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'hidden' })
    assert.equal(await focused(page), 'sign-out')
  }))

test('WeChat hears of an aria-role, and of no role', () => {
  const templates = readdirSync(MINIPROGRAM, { recursive: true }).filter((name) => name.endsWith('.wxml'))
  const tags = templates.flatMap((name) => readFileSync(join(MINIPROGRAM, name), 'utf8').match(/<[a-z][^<>]*>/g) ?? [])
  assert.deepEqual(
    tags.filter((tag) => /\srole=/.test(tag)),
    [],
  )
  const silent = tags.filter(
    (tag) => /^<(view|text|image) /.test(tag) && /\s(bind|catch)tap=/.test(tag) && !/\saria-(role|hidden)=/.test(tag),
  )
  assert.deepEqual(silent, [])
  assert.ok(tags.filter((tag) => /\saria-role="heading"/.test(tag)).length > 100)
})
