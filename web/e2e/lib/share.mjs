// The pictures that go with what is passed on in WeChat, which takes no SVG: npm run share-pictures, after a change of the art.
import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openBrowser } from './browser.mjs'

const STATIC = fileURLToPath(new URL('../../miniprogram/src/static/', import.meta.url))
/** WeChat shows five by four to a friend, and the square in the middle of it in 朋友圈. */
const SIZE = { width: 500, height: 400 }
const PICTURES = { orchid: 'campaign-orchid', river: 'campaign-river', path: 'campaign-path', door: 'hero-door' }

const browser = await openBrowser()
const page = await browser.newPage({ viewport: SIZE })
mkdirSync(`${STATIC}share`, { recursive: true })
for (const [name, art] of Object.entries(PICTURES)) {
  const svg = readFileSync(`${STATIC}art/${art}.svg`).toString('base64')
  const frame = 'width:100vw;height:100vh;object-fit:cover;object-position:70% 50%;background:#F3F6F3;display:block'
  await page.setContent(`<body style="margin:0"><img style="${frame}" src="data:image/svg+xml;base64,${svg}">`)
  await page.waitForFunction(() => document.images[0].complete)
  await page.screenshot({ path: `${STATIC}share/${name}.png` })
}
await browser.close()
