import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { idOf } from './nav'

test('an id of a link is a number from one up, or none', () => {
  expect(['12', '1'].map(idOf)).toEqual([12, 1])
  for (const bad of [undefined, '', '0', '-1', '1.5', '12abc', 'abc', ' 1', '1e3', '99999999999999999']) expect(idOf(bad)).toBe(0)
})

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (path) => /\.(vue|ts)$/.test(path) && !path.includes('.test.'),
)

test('no page makes a number of an address by itself', () => {
  for (const path of sources) expect(readFileSync(`src/${path}`, 'utf8'), path).not.toMatch(/Number\(query/)
})

test('every grey button says why', () => {
  for (const path of sources) expect(readFileSync(`src/${path}`, 'utf8'), path).not.toMatch(/<Btn\b[^>]*\bdisabled/)
})
