import { expect, test } from 'vitest'
import { guardianNote } from './guardianNote'

const NOW = Date.parse('2026-11-25T10:00:00+08:00')

test.each([
  ['2012-11-26', '您还没满 14 周岁，要监护人先在他自己的手机上同意'], // fourteen tomorrow
  ['2012-11-25', '您满 14 周岁了，可以自己注册'],
  ['2008-11-26', '您满 14 周岁了，可以自己注册'],
  ['2008-11-25', '孩子也能来'],
  [undefined, '孩子也能来'],
])('born %s is told: %s', (born, said) => expect(guardianNote(born, NOW)).toContain(said))
