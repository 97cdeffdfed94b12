// Pictures of pages, normal and in elder mode:
//   npm run shots -- OUT [--persona staff] [--origin http://127.0.0.1:8080] [--full] [/pages/home/index …]
// Without --origin it starts bin/yimi for itself; without pages it takes all of pages.json.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openBrowser, openPhone, settled } from './browser.mjs'
import { allPages } from './pages.mjs'
import { startYimi } from './server.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { persona: { type: 'string', default: 'volunteer' }, origin: { type: 'string' }, full: { type: 'boolean', default: false } },
})
const [out = 'shots', ...asked] = positionals
const pages = asked.length ? asked : allPages()
mkdirSync(out, { recursive: true })

const server = values.origin ? null : await startYimi()
const browser = await openBrowser()
try {
  for (const elder of [0, 1]) for (const path of pages) await shoot(path, elder)
} finally {
  await browser.close()
  await server?.stop()
}

async function shoot(path, elder) {
  const { page, context, guard } = await openPhone(browser)
  await page.goto(`${values.origin ?? server.origin}/m/?persona=${values.persona}&elder=${elder}#${path}`)
  await settled(page)
  const name = path.replace(/^\//, '').replace(/\W+/g, '-') + (elder ? '-elder' : '')
  await page.screenshot({ path: join(out, `${name}.png`), fullPage: values.full })
  try {
    guard.check()
    console.log(name)
  } catch (error) {
    console.log(`${name}: ${error.message}`)
  }
  await context.close()
}
