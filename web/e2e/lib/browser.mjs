// Chromium as a phone, and a guard over what a page says and asks for.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
  locale: 'zh-CN',
  timezoneId: 'Asia/Shanghai',
}
const BROWSER = process.env.CHROMIUM ?? ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => existsSync(path))
const WAIT_MS = 10_000
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Opens Chromium; more flags may give it a camera. */
export function openBrowser(flags = []) {
  return chromium.launch({ executablePath: BROWSER, args: [...FLAGS, ...flags] })
}

/** A fresh phone (no storage), watched by a guard: {page, context, guard}. `more` overrides Playwright's context options. */
export async function openPhone(browser, more = {}) {
  const context = await browser.newContext({ ...PHONE, ...more })
  context.setDefaultTimeout(WAIT_MS)
  const page = await context.newPage()
  return { context, page, guard: watch(page) }
}

/**
 * Collects what a page must not do: ask another host, throw, or write an error to the console. Answers of the API that
 * a test provokes on purpose are allowed by `expectStatus(409)`. `check()` throws when there was anything.
 */
export function watch(page) {
  const faults = []
  const expected = new Set()
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    if (/^(https?|wss?):$/.test(protocol) && hostname !== '127.0.0.1') faults.push(`asked outside: ${request.url()}`)
  })
  page.on('pageerror', (error) => faults.push(`threw: ${error.stack ?? error}`))
  page.on('console', (message) => {
    if (message.type() !== 'error') return
    const status = /status of (\d{3})/.exec(message.text())?.[1]
    if (status && expected.has(Number(status))) return
    faults.push(`console: ${message.text()} ${message.location().url ?? ''}`)
  })
  return {
    expectStatus: (...statuses) => statuses.forEach((status) => expected.add(status)),
    check() {
      if (faults.length) throw new Error(faults.splice(0).join('\n'))
    },
  }
}

/** Waits until a page stands still for a picture: nothing is asked for, nothing moves but what moves for ever. */
export async function settled(page) {
  await page.waitForLoadState('networkidle')
  await page.waitForFunction(() =>
    document.getAnimations().every((it) => it.playState !== 'running' || it.effect.getTiming().iterations === Infinity),
  )
}

/** Uni-app's H5 keeps values in localStorage with their type; this sets one before the page starts. */
export async function preset(context, values) {
  await context.addInitScript((given) => {
    for (const [key, data] of Object.entries(given)) {
      if (localStorage.getItem(key) === null) localStorage.setItem(key, JSON.stringify({ type: typeof data, data }))
    }
  }, values)
}
