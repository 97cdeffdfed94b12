import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { folded, phoneOf } from './plain'

const table = JSON.parse(readFileSync(new URL('../../../internal/fault/testdata/phones.json', import.meta.url), 'utf8')) as {
  kept: Record<string, string>
  refused: string[]
}

test.each(Object.entries(table.kept))('%j is kept as %s, as by the server', (typed, kept) => expect(phoneOf(typed)).toBe(kept))
test.each(table.refused)('%j is refused, as by the server', (typed) => expect(phoneOf(typed)).toBe(''))
test('a search folds width and case', () => expect(folded('ＫＴＶ\u200b　Ａ座')).toBe('ktv a座'))
