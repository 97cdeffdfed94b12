// What WeChat wants to be told beforehand, in the program and in its back office, is what the sources ask for.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PLACE_CALLS } from '../../e2e/weapp/declared.js'

const src = join(__dirname, '../src')
const read = (name: string) => readFileSync(join(src, name), 'utf8')
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.(ts|vue)$/.test(name) && !name.endsWith('.test.ts'),
)
const text = sources.map(read).join('\n')
const weapp = JSON.parse(read('manifest.json'))['mp-weixin']
const pagesJson = JSON.parse(read('pages.json'))
const pages: string[] = [
  ...pagesJson.pages,
  ...pagesJson.subPackages.flatMap(({ root, pages }: Pack) => pages.map(({ path }) => ({ path: `${root}/${path}` }))),
].map(({ path }) => path)

interface Pack {
  root: string
  pages: { path: string }[]
}
interface Rule {
  action: string
  page: string
  params?: string[]
  matching?: string
}

const called = new Set([...text.matchAll(/\b(?:uni|wx)\.(\w+)/g)].map(([, name]) => name))

/** WeChat's list of what needs an entry in the privacy guide, by what stands in our sources. */
const PRIVATE: Record<string, RegExp> = {
  'input type="nickname"': /type="nickname"/,
  'button open-type="chooseAvatar"': /chooseAvatar/,
  'button open-type="getPhoneNumber"': /open-type="getPhoneNumber"/,
  camera: /<camera\b/,
  ...Object.fromEntries(
    `getLocation startLocationUpdate startLocationUpdateBackground getFuzzyLocation choosePoi chooseLocation chooseAddress chooseInvoiceTitle
    chooseInvoice getWeRunData chooseLicensePlate chooseImage chooseMedia chooseVideo chooseMessageFile startRecord getRecorderManager joinVoIPChat
    createVKSession openBluetoothAdapter createBLEPeripheralServer saveImageToPhotosAlbum saveVideoToPhotosAlbum addPhoneContact
    addPhoneRepeatCalendar addPhoneCalendar startAccelerometer startCompass startDeviceMotionListening startGyroscope setClipboardData getClipboardData`
      .split(/\s+/)
      .map((name) => [`wx.${name}`, new RegExp(`\\b(?:uni|wx)\\.${name}\\b`)]),
  ),
}

test('requiredPrivateInfos has what is asked for, and nothing else', () => {
  expect([...weapp.requiredPrivateInfos].sort()).toEqual(PLACE_CALLS.filter((name) => called.has(name)).sort())
})

test('the table of the privacy guide has each private call, and nothing else', () => {
  const doc = readFileSync(join(__dirname, '../../../docs/wechat.md'), 'utf8')
  const guide = doc.slice(doc.indexOf('## Privacy guide'), doc.indexOf('## Subscribe templates'))
  const rows = guide.split('\n').filter((line) => line.startsWith('| ') && line.includes('`'))
  const said = rows.flatMap((row) => [...row.split('|')[2].matchAll(/`([^`]+)`/g)].map(([, name]) => name))
  const used = Object.keys(PRIVATE).filter((name) => PRIVATE[name].test(text))
  expect(used.length).toBeGreaterThan(4)
  expect(said.sort()).toEqual(used.sort())
})

test('each private call says what happens when it is refused', () => {
  for (const name of Object.keys(PRIVATE).filter((one) => one.startsWith('wx.'))) {
    for (const [, options] of text.matchAll(new RegExp(`\\buni\\.${name.slice(3)}\\(\\{([\\s\\S]*?)\\}\\)(?=[\\n)])`, 'g')))
      expect(options, name).toContain('fail')
  }
})

/** Pages that hold nothing of the person who reads them. */
const PUBLIC = ['pages/activities/index', 'pages/services/index', 'pkg-activity/activity', 'pkg-hours/campaign']

test('search finds public pages alone, and no list of names', () => {
  const rules: Rule[] = JSON.parse(read('sitemap.json')).rules
  expect(weapp.sitemapLocation).toBe('sitemap.json')
  expect(rules.at(-1)).toEqual({ action: 'disallow', page: '*' })
  for (const { action, page, params, matching } of rules.slice(0, -1)) {
    expect([action, matching, PUBLIC.includes(page), page === 'pkg-hours/campaign'], page).toEqual(['allow', 'exact', true, false])
    expect(pages).toContain(page)
    expect(params!.filter((name) => name !== 'id')).toEqual([])
  }
})

test('public pages alone go to 朋友圈, and what is passed on has a picture of its own and no more than an id', () => {
  const timeline = pages.filter((page) => read(`${page}.vue`).includes('onShareTimeline('))
  expect(timeline.sort()).toEqual([...PUBLIC].sort())
  const passing = sources.filter((name) => /onShare(AppMessage|Timeline)\(/.test(read(name)) && name.endsWith('.vue'))
  expect(passing.map((name) => name.replace('.vue', '')).sort()).toEqual([...PUBLIC, 'pages/home/index'].sort())
  for (const name of passing)
    for (const [, given] of read(name).matchAll(/^onShare(?:AppMessage|Timeline)\(\s*(.*)/gm))
      expect(given).toMatch(/^\(\) => to(Friend|Timeline)\(/)
  for (const picture of ['orchid', 'river', 'path', 'door']) expect(existsSync(join(src, 'static/share', `${picture}.png`))).toBe(true)
  expect(weapp.singlePage.navigationBarFit).toBe('squeezed') // the pages have a bar of their own
})

test('what is fetched beforehand is there', () => {
  const roots = pagesJson.subPackages.map(({ root }: Pack) => root)
  const rules = Object.entries(pagesJson.preloadRule as Record<string, { packages: string[] }>)
  for (const tab of pagesJson.tabBar.list) expect(pagesJson.preloadRule[tab.pagePath], tab.pagePath).toBeDefined()
  for (const [page, { packages }] of rules) {
    expect(pages).toContain(page)
    for (const root of packages) expect(roots).toContain(root)
  }
})
