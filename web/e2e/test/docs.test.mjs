// The contract for people: RapiDoc shows an operation with its types, and asks nobody but this server.
import { after, before, test } from 'node:test'
import { openBrowser, openPhone } from '../lib/browser.mjs'
import { startYimi } from '../lib/server.mjs'

const DESK = { viewport: { width: 1440, height: 900 }, isMobile: false, hasTouch: false }

let browser, site

before(async () => {
  browser = await openBrowser()
  site = await startYimi()
})
after(async () => {
  await browser?.close()
  await site?.stop()
})

test('an operation is shown with the types, bounds, words and examples of what it takes and answers', async () => {
  const { page, context, guard } = await openPhone(browser, DESK)
  await page.goto(`${site.origin}/docs#post-/shifts/-id-/signups`)
  const operation = page.locator('rapi-doc [id="post-/shifts/-id-/signups"]')
  for (const words of ['Idempotency-Key', '8 to 128 chars', 'Max 9007199254740991', 'date-time', 'Wait when the shift is full'])
    await operation.getByText(words).first().waitFor()
  await operation.getByRole('row', { name: 'shift_full 409' }).waitFor()
  await operation.getByRole('button', { name: 'default' }).click()
  await operation.getByText('Stable and for programs').waitFor()
  guard.check()
  await context.close()
})
