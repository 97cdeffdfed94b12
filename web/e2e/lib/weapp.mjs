// The built mini-program in Chromium, against the server's API.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildWeapp } from '../weapp/build.mjs'
import { serveFiles } from './files.mjs'
import { MINIPROGRAM } from './paths.mjs'

/** Bundles dist/build/mp-weixin and serves it, /api from `api`. Gives {origin, pages, warnings, stop()}. */
export async function serveWeapp(api = '') {
  const out = mkdtempSync(join(tmpdir(), 'yimi-weapp-'))
  const { pages, warnings } = buildWeapp(MINIPROGRAM, out)
  const server = await serveFiles(out, { api })
  const stop = async () => {
    await server.stop()
    rmSync(out, { recursive: true, force: true })
  }
  return { origin: server.origin, pages: pages.map((page) => `/${page}`), warnings, stop }
}

/**
 * Opens a page of it as the WeChat user NAME (the server's demo mode knows the login code demo-NAME). `phone` says what
 * else is so there: {scene, letters} (weapp/wx.js).
 */
export async function openWeapp(page, { origin }, path, name = 'visitor', phone = {}) {
  await page.goto(`${origin}/?${new URLSearchParams({ login: `demo-${name}`, open: path, ...phone })}`)
  await page.waitForFunction(() => window.__weapp?.started)
}
