import { beforeEach, expect, test, vi } from 'vitest'
import { phone } from '../../test/uni'

/** The program starts on this phone. */
async function start() {
  vi.resetModules()
  const { restoreElder, useElder } = await import('./elder')
  restoreElder()
  return useElder()
}

beforeEach(() => phone.reset())

test.each([
  [16, false],
  [20, false],
  [22, true],
  [23.8, true],
  [undefined, false],
])('letters of %s px at the first start: elder mode %s', async (letters, elder) => {
  phone.letters = letters
  expect((await start()).elder.value).toBe(elder)
})

test('a choice of one’s own holds against large letters', async () => {
  phone.letters = 24
  const { elder, toggle } = await start()
  expect(elder.value).toBe(true)
  toggle()
  expect((await start()).elder.value).toBe(false)
})

test('what the first start found stays, whatever the letters become', async () => {
  phone.letters = 17
  await start()
  phone.letters = 24
  expect((await start()).elder.value).toBe(false)
  phone.reset()
  phone.letters = 24
  await start()
  phone.letters = 17
  expect((await start()).elder.value).toBe(true)
})
