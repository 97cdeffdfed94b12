import { expect, test } from 'vitest'
import type { Schemas } from '@yimi/client'
import { unionOf } from './knownServices'

test('services of my own and of others, each once and in order', () => {
  const of = (id: number, position: number) => ({ id, position }) as Schemas['ServiceType']
  expect(unionOf([of(5, 30), of(2, 10)], [of(2, 10), of(7, 20)]).map((one) => one.id)).toEqual([2, 7, 5])
})
