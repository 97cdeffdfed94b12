import { beforeEach, describe, expect, test } from 'vitest'
import { phone } from '../../test/uni'
import { choosePlace, copy, whereAmI } from './device'

beforeEach(() => phone.reset())

const bridge = { name: '3 号桥', latitude: 37.98, longitude: 106.2 }
const WITHOUT = '不选也可以，写清楚集合地点就行'

test('a place that was chosen has its name and where it is', async () => {
  phone.place = bridge
  expect(await choosePlace()).toEqual({ name: '3 号桥', location: { latitude: 37.98, longitude: 106.2 } })
})

test.each([
  ['cancel', '没有选位置'],
  ['auth deny', '在“设置”里允许位置信息'],
  ['authorize no response', '在“设置”里允许位置信息'],
  ['system permission denied', '在“设置”里允许位置信息'],
  ['privacy permission is not authorized', '再点一次并同意'],
  ['api scope is not declared in the privacy agreement', '地图现在打不开'],
  ['', '地图现在打不开'],
])('without a place (%s) the words say how it goes on', async (why, words) => {
  phone.place = why
  const said = await choosePlace()
  expect(said).toContain(words)
  expect(said).toContain(WITHOUT)
})

test('确定 without having pointed at anything is no place', async () => {
  phone.place = { name: '', latitude: NaN, longitude: NaN }
  expect(await choosePlace()).toContain('没有选位置')
})

describe('what is not declared is refused as WeChat does', () => {
  test('a call that requiredPrivateInfos leaves out', async () => {
    phone.place = bridge
    phone.location = { latitude: 37.98, longitude: 106.2, accuracy: 30 }
    expect(await whereAmI()).toEqual({ latitude: 37.98, longitude: 106.2, accuracy_metres: 30 })
    phone.app.requiredPrivateInfos = []
    expect(await whereAmI()).toBeUndefined()
    expect(await choosePlace()).toContain('地图现在打不开')
  })
  test('a scope without its purpose', async () => {
    phone.location = { latitude: 37.98, longitude: 106.2, accuracy: 30 }
    phone.app.permission = {}
    expect(await whereAmI()).toBeUndefined()
  })
})

test('a copy says whether it is one', () => {
  copy('东方社区', '地址已复制')
  phone.clipboard = null
  copy('东方社区', '地址已复制')
  expect(phone.toasts).toEqual(['地址已复制', '没有复制成功，请再试一次'])
})
