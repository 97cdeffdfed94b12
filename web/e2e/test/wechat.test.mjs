// The built mini-program where WeChat itself has a say: places, a new version, what is passed on, 朋友圈, large letters.
// The stand-in refuses what app.json does not declare, in WeChat's words (weapp/declared.js).
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openBrowser, openPhone } from '../lib/browser.mjs'
import { api, button, chip, decide, press, text } from '../lib/people.mjs'
import { startYimi } from '../lib/server.mjs'
import { openWeapp, serveWeapp } from '../lib/weapp.mjs'

const MINUTE = 60_000
const BRIDGE = { name: '3 号桥桥头', latitude: 37.98, longitude: 106.2 }
let browser, server, weapp

before(async () => {
  browser = await openBrowser()
  server = await startYimi(['--limits.checkin-window=2h'])
  weapp = await serveWeapp(server.origin)
})
after(async () => {
  await browser?.close()
  await weapp?.stop()
  await server?.stop()
})

async function onWeapp(who, path, act, phone) {
  const { page, context, guard } = await openPhone(browser)
  try {
    await openWeapp(page, weapp, path, who, phone)
    await act(page, (next) => openWeapp(page, weapp, next, who, phone))
    guard.check()
  } finally {
    await context.close()
  }
}

const sets = (page, name, value) => page.evaluate(([name, value]) => void (window.__weapp[name] = value), [name, value])
const calls = (page, name) => page.evaluate((name) => window.__weapp.calls.filter(([called]) => called === name).length, name)
const toasted = (page, words) =>
  page.waitForFunction((words) => window.__weapp.calls.some(([name, title]) => name === 'showToast' && title === words), words)
const tells = (page, event) => page.evaluate((event) => window.__weapp.tell(event), event)

/** An activity that starts in 40 minutes, with a fence around the bridge when it is asked for. */
async function activity(staff, { fence = 0, publish = false } = {}) {
  const { items: units } = await staff.get('/units')
  const { items: campaigns } = await staff.get('/campaigns')
  const starts = Math.floor(Date.now() / MINUTE) * MINUTE + 40 * MINUTE
  const made = await staff.post('/activities', {
    unit_id: units.find((unit) => unit.name === '东方社区社工站').id,
    campaign_id: campaigns[0].id,
    title: '桥头集合',
    content: '捡拾垃圾',
    leader_name: '马志宏',
    contact_phone: '0953-5098110',
    place_name: '3 号桥',
    risks: ['渠边湿滑'],
    ...(fence && { location: { latitude: BRIDGE.latitude, longitude: BRIDGE.longitude }, fence_metres: fence }),
    shifts: [{ starts_at: new Date(starts).toISOString(), ends_at: new Date(starts + 90 * MINUTE).toISOString(), capacity: 2 }],
  })
  if (publish) await staff.post(`/activities/${made.id}/publish`)
  return made
}

describe('a place on the map', () => {
  test('is taken into the form', async () => {
    const staff = await api(server.origin, 'staff')
    const { id } = await activity(staff)
    await onWeapp('staff', `/pkg-staff-activity/activity-edit?id=${id}`, async (page) => {
      await sets(page, 'place', BRIDGE)
      await press(chip(page, '在地图上选'), { shows: chip(page, '已选好') })
      await button(page, '存草稿').click()
      await toasted(page, '草稿已保存')
    })
    const kept = await staff.get(`/activities/${id}`)
    assert.deepEqual([kept.location, kept.place_name], [{ latitude: BRIDGE.latitude, longitude: BRIDGE.longitude }, '3 号桥'])
  })

  const WAYS = [
    ['the person goes back', (page) => sets(page, 'place', 'cancel'), '没有选位置'],
    ['the person refuses the place', (page) => sets(page, 'place', 'auth deny'), '在“设置”里允许位置信息'],
    ['the person refuses WeChat’s notice', (page) => sets(page, 'place', 'privacy permission is not authorized'), '再点一次并同意'],
    [
      'app.json does not declare it',
      (page) => page.evaluate(() => void (window.__program.app.requiredPrivateInfos = ['getLocation'])),
      '地图现在打不开',
    ],
    ['app.json does not say what for', (page) => page.evaluate(() => void delete window.__program.app.permission), '地图现在打不开'],
  ]
  for (const [name, before, words] of WAYS) {
    test(`${name}: kind words, and the form goes on without`, async () => {
      const staff = await api(server.origin, 'staff')
      const { id } = await activity(staff)
      await onWeapp('staff', `/pkg-staff-activity/activity-edit?id=${id}`, async (page) => {
        await chip(page, '在地图上选').waitFor()
        await sets(page, 'place', BRIDGE)
        await before(page)
        await press(chip(page, '在地图上选'), { shows: text(page, words) })
        await page.locator('input:visible').first().fill('桥头集合，不用地图')
        await button(page, '存草稿').click()
        await toasted(page, '草稿已保存')
      })
      const kept = await staff.get(`/activities/${id}`)
      assert.deepEqual([kept.title, kept.location], ['桥头集合，不用地图', undefined])
    })
  }
})

test('where the phone is goes along with a check-in, for app.json declares it', async () => {
  const [staff, volunteer] = [await api(server.origin, 'staff'), await api(server.origin, 'volunteer')]
  await decide(volunteer, 'location', true)
  const { shifts } = await activity(staff, { fence: 200, publish: true })
  await volunteer.post(`/shifts/${shifts[0].id}/signups`)
  const { digits } = await staff.get(`/shifts/${shifts[0].id}/checkin-code?kind=in`)
  await onWeapp('volunteer', '/pages/home/index', async (page) => {
    await sets(page, 'location', { latitude: BRIDGE.latitude, longitude: BRIDGE.longitude, accuracy: 20 })
    await page.evaluate((shift) => window.__weapp.open(`/pkg-activity/checkin?shift_id=${shift}&kind=in`), shifts[0].id)
    await page.waitForFunction(() => window.__weapp.calls.some(([name]) => name === 'getLocation'))
    for (const digit of digits) await page.locator('.pad-key:visible', { hasText: digit }).click()
    const asked = page.waitForRequest((request) => request.url().endsWith('/api/v1/checkins'))
    await press(button(page, '签到'), { shows: text(page, '签到成功') })
    assert.deepEqual((await asked).postDataJSON().location, { latitude: BRIDGE.latitude, longitude: BRIDGE.longitude, accuracy_metres: 20 })
  })
})

describe('a new version', () => {
  const offer = (page) => text(page, '一米有新版本')

  test('is not offered over a form, but on the next tab, and begins when it is wanted', () =>
    onWeapp('staff', '/pages/home/index', async (page) => {
      await page.evaluate(() => window.__weapp.open('/pkg-staff-activity/activity-edit'))
      await chip(page, '在地图上选').waitFor()
      await page.evaluate(() => window.__weapp.update())
      await tells(page, 'onShow')
      await new Promise((resolve) => setTimeout(resolve, 300))
      assert.equal(await offer(page).isVisible(), false)
      await page.evaluate(() => window.__weapp.open('/pages/activities/index'))
      await offer(page).waitFor()
      assert.equal(await calls(page, 'applyUpdate'), 0)
      await press(button(page, '现在更新'), { hides: offer(page) })
      assert.equal(await calls(page, 'applyUpdate'), 1)
    }))

  test('is not asked about again by who would rather not', () =>
    onWeapp('volunteer', '/pages/home/index', async (page) => {
      await page.evaluate(() => window.__weapp.update())
      await page.evaluate(() => window.__weapp.open('/pages/services/index'))
      await press(button(page, '以后再说'), { hides: offer(page) })
      await page.evaluate(() => window.__weapp.open('/pages/activities/index'))
      await text(page, '近期活动').waitFor()
      assert.deepEqual([await offer(page).isVisible(), await calls(page, 'applyUpdate')], [false, 0])
    }))
})

describe('what is passed on', () => {
  test('of an activity: its title, its id and a picture of the project’s own', async () => {
    const { id } = await activity(await api(server.origin, 'staff'), { publish: true })
    await onWeapp('volunteer', `/pkg-activity/activity?id=${id}`, async (page) => {
      await text(page, '桥头集合').waitFor()
      const { imageUrl, ...friend } = await tells(page, 'onShareAppMessage')
      assert.deepEqual(friend, { title: '桥头集合', path: `/pkg-activity/activity?id=${id}` })
      assert.deepEqual(await tells(page, 'onShareTimeline'), { title: '桥头集合', query: `id=${id}`, imageUrl })
      assert.equal((await page.request.get(`${weapp.origin}${imageUrl}`)).headers()['content-type'], 'image/png')
    })
  })

  test('of the home page: nothing of whose it is', () =>
    onWeapp('volunteer', '/pages/home/index', async (page) => {
      await text(page, '林晓雯').waitFor()
      assert.deepEqual(await tells(page, 'onShareAppMessage'), {
        title: '一米，社工站就在身边',
        path: '/pages/home/index',
        imageUrl: '/static/share/door.png',
      })
      assert.equal(await tells(page, 'onShareTimeline'), undefined)
    }))

  for (const path of ['/pages/activities/index', '/pages/services/index', '/pkg-hours/campaign?id=1']) {
    test(`${path} goes to 朋友圈`, () =>
      onWeapp('volunteer', path, async (page) => {
        await page.locator('.screen').first().waitFor()
        assert.equal((await tells(page, 'onShareTimeline')).query, path.split('?')[1] ?? '')
      }))
  }
})

describe('opened from 朋友圈', () => {
  for (const [what, path] of [
    ['an activity', 0],
    ['a campaign', '/pkg-hours/campaign?id=1'],
  ]) {
    test(`${what} is read without a login, and without bars of ours`, async () => {
      const { id } = path ? { id: 1 } : await activity(await api(server.origin, 'staff'), { publish: true })
      await onWeapp(
        'volunteer',
        path || `/pkg-activity/activity?id=${id}`,
        async (page) => {
          await text(page, path ? '总目标' : '桥头集合').waitFor()
          assert.deepEqual(
            [await calls(page, 'login'), await page.locator('.navbar:visible').count(), await page.locator('.bar-act:visible').count()],
            [0, 0, 0],
          )
          assert.equal(await page.getByText('林晓雯').count(), 0) // who is on the board said so for who looks there
        },
        { scene: 1154 },
      )
    })
  }
})

test('large letters of WeChat’s start in elder mode, and a choice of one’s own holds', () =>
  onWeapp(
    'resident',
    '/pkg-me/settings',
    async (page, open) => {
      await page.locator('.screen.elder').first().waitFor()
      await press(text(page, '大字版'), { hides: page.locator('.screen.elder').first() })
      await open('/pages/home/index')
      await page.locator('.screen:not(.elder)').first().waitFor()
    },
    { letters: 24 },
  ))
