import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const vueFiles = readdirSync('src', { recursive: true, withFileTypes: true }).filter((one) => one.name.endsWith('.vue'))

// uni-app draws what is behind a line break within </block as words: </block⏎> shows a ">".
test('no end tag of a block is broken over two lines', () => {
  expect(vueFiles.length).toBeGreaterThan(100)
  for (const one of vueFiles) {
    const path = join(one.parentPath, one.name)
    expect(readFileSync(path, 'utf8'), path).not.toMatch(/<\/block\s+>/)
  }
})
