// The README's pictures, taken from the running program: npm run pictures (needs bin/yimi and the built front ends).
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openBrowser, openPhone, settled } from './browser.mjs'
import { startYimi } from './server.mjs'

const OUT = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url))
const server = await startYimi()
const browser = await openBrowser()

/** The first thing that an API list of a persona holds. */
async function first(persona, path, pick) {
  const login = await fetch(`${server.origin}/api/v1/auth/demo`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ persona }),
  })
  const { access_token: token } = await login.json()
  const answer = await fetch(`${server.origin}/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } })
  return pick(await answer.json())
}

async function picture(name, persona, path, elder = 0) {
  const { page, context } = await openPhone(browser, { deviceScaleFactor: 1.5 })
  await page.goto(`${server.origin}/m/?persona=${persona}&elder=${elder}#${path}`)
  await settled(page)
  await page.screenshot({ path: `${OUT}${name}.png` })
  await context.close()
  console.log(name)
}

try {
  mkdirSync(OUT, { recursive: true })
  const river = await first('volunteer', '/activities?campaign_id=1&limit=10', ({ items }) => items.find((one) => one.shifts.length > 1).id)
  const under = await first('staff', '/workbench', ({ shifts }) => shifts.find((one) => one.phase === 'under_way').shift_id)
  const over = await first('staff', '/workbench', ({ shifts }) => shifts.find((one) => one.phase === 'to_confirm').shift_id)
  await picture('home', 'volunteer', '/pages/home/index')
  await picture('home-elder', 'resident', '/pages/home/index', 1)
  const talk = await first('resident', '/me/requests?open=true', ({ items }) => items.find((one) => one.state === 'scheduled').id)
  const held = await first('worker', '/me/cases', ({ items }) => items.find((one) => one.state === 'scheduled').id)
  await picture('services', 'resident', '/pages/services/index')
  await picture('request-elder', 'resident', `/pkg-request/request?id=${talk}`, 1)
  await picture('requests', 'staff', '/pkg-staff-request/requests?queue=new')
  await picture('case', 'worker', `/pkg-worker/case?id=${held}`)
  await picture('activity', 'volunteer', `/pkg-activity/activity?id=${river}`)
  await picture('hours', 'volunteer', '/pkg-hours/hours')
  await picture('campaign', 'volunteer', '/pkg-hours/campaign?id=1')
  await picture('code', 'staff', `/pkg-staff-activity/checkin-code?shift_id=${under}&kind=in`)
  await picture('attendance', 'staff', `/pkg-staff-activity/attendance?shift_id=${over}`)
  await picture('workbench', 'staff', '/pkg-staff/workbench')
} finally {
  await browser.close()
  await server.stop()
}
