// What the folders promise, read from the sources.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import pages from '../src/pages.json'

const files = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((one) => /\.(vue|ts)$/.test(one.name) && !one.name.endsWith('.test.ts'))
  .map((one) => join(one.parentPath, one.name))
  .map((path) => ({ path: path.replace(/^src\//, ''), text: readFileSync(path, 'utf8') }))

/** Every place where a source says what the expression finds: its file, and the expression's first group. */
const places = (expression: RegExp) =>
  files.flatMap(({ path, text }) => [...text.matchAll(expression)].map(([, found]) => ({ path, found })))

test('all sources are read', () => {
  expect(files.filter(({ path }) => path.endsWith('.vue')).length).toBeGreaterThan(100)
  expect(places(/from '(@?[^']+)'/g).length).toBeGreaterThan(1000)
})

// In WeChat a package that is not loaded yet cannot be asked for a file: what several share lies in the main package.
test('a subpackage is used by its own files alone', () => {
  const taken = places(/from '@\/(pkg-[a-z-]+)\//g)
  expect(taken.filter(({ path, found }) => !path.startsWith(`${found}/`))).toEqual([])
  expect(places(/'((?:\.\.\/)+pkg-[^']+)'/g)).toEqual([])
})

test('every address is a page', () => {
  const all = pages.subPackages.flatMap((pack) => pack.pages.map((page) => `${pack.root}/${page.path}`))
  const said = places(/['`]\/(pkg-[a-z-]+\/[a-z-]+)/g)
  expect(said.length).toBeGreaterThan(100)
  expect(said.filter(({ found }) => !all.includes(found))).toEqual([])
})

// What the desk's console shares: words, dates and forms, which know neither a phone nor Vue.
test('web/words takes nothing but the contract', () => {
  const words = readdirSync('../words/src').filter((name) => !name.endsWith('.test.ts'))
  const taken = words.flatMap((name) => [...readFileSync(`../words/src/${name}`, 'utf8').matchAll(/from '([^']+)'|\b(uni)\./g)])
  expect(taken.length).toBeGreaterThan(10)
  expect(taken.map(([, from, uni]) => uni ?? from).filter((from) => from !== '@yimi/client' && !/^\.\/\w+$/.test(from))).toEqual([])
})

// A part of ui/ may know a phone, a page and a time, but nothing that Yimi is about.
test('ui knows nothing of Yimi', () => {
  const known =
    /^(\.\/[\w.]+|vue|@dcloudio\/uni-app|qrcode-generator|@\/app\/(access|elder|nav|timeline)|@yimi\/words\/(clock|format|givenTime))$/
  const taken = places(/from '([^']+)'/g).filter(({ path }) => path.startsWith('ui/'))
  expect(taken.length).toBeGreaterThan(30)
  expect(taken.filter(({ found }) => !known.test(found))).toEqual([])
})

test('one file alone asks the network', () => {
  expect(places(/\buni\.(request)\(/g).filter(({ path }) => path !== 'app/transport.ts')).toEqual([])
})

// uni-app draws what is behind a line break within </block as words: </block⏎> shows a ">".
test('no end tag of a block is broken over two lines', () => {
  expect(places(/(<\/block\s+>)/g)).toEqual([])
})
