// What the phone itself can do: call, show a map, say where it is, choose a place, shine.
import type { Schemas } from '@yimi/client'

const onH5 = process.env.UNI_PLATFORM === 'h5'

/** H5 has no map of its own: there the address is copied. */
export const hasMap = !onH5
export const canScan = !onH5

export function call(phone: string) {
  uni.makePhoneCall({ phoneNumber: phone.replace(/[^\d+]/g, ''), fail: () => {} })
}

export function showPlace(name: string, location?: Schemas['Coordinate']) {
  if (hasMap && location) uni.openLocation({ ...location, name, scale: 17 })
  else copy(name, '地址已复制')
}

export function copy(text: string, said: string) {
  const say = (title: string) => uni.showToast({ title, icon: 'none' })
  uni.setClipboardData({ data: text, showToast: false, success: () => say(said), fail: () => say('没有复制成功，请再试一次') })
}

/**
 * Where the phone is, or nothing: somebody who says no, or has no fix, is never kept from checking in.
 * A browser gives other coordinates than WeChat's GCJ-02, some 500 m off: H5 says nothing.
 */
export function whereAmI(): Promise<Schemas['Position'] | undefined> {
  if (onH5) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    uni.getLocation({
      type: 'gcj02',
      isHighAccuracy: true,
      highAccuracyExpireTime: 4000,
      success: ({ latitude, longitude, accuracy }) => resolve({ latitude, longitude, accuracy_metres: Math.min(accuracy, 100_000) }),
      fail: () => resolve(undefined),
    })
  })
}

export interface ChosenPlace {
  name: string
  location: Schemas['Coordinate']
}
const WITHOUT = '不选也可以，写清楚集合地点就行'

/** Lets the person point at a place on WeChat's map; or the words to go on with, for a form needs no place. */
export function choosePlace(): Promise<ChosenPlace | string> {
  return new Promise((resolve) => {
    uni.chooseLocation({
      // 确定 without having pointed at anything gives no coordinates
      success: ({ name, latitude, longitude }) =>
        resolve(
          Number.isFinite(latitude) && Number.isFinite(longitude) ? { name, location: { latitude, longitude } } : notChosen('cancel'),
        ),
      fail: ({ errMsg }: { errMsg?: string }) => resolve(notChosen(errMsg ?? '')),
    })
  })
}

function notChosen(errMsg: string): string {
  if (/cancel/.test(errMsg)) return `没有选位置。${WITHOUT}`
  if (/privacy permission/.test(errMsg)) return `没有同意微信的隐私说明，地图没有打开。${WITHOUT}；想选的话，再点一次并同意`
  if (/auth|permission denied/.test(errMsg))
    return `没有允许用位置，地图没有打开。${WITHOUT}；想选的话，点右上角“…”，在“设置”里允许位置信息`
  return `地图现在打不开。${WITHOUT}`
}

/** Reads a code with the camera; nothing when the person goes back. */
export function scan(): Promise<string | undefined> {
  return new Promise((resolve) => {
    uni.scanCode({ onlyFromCamera: true, scanType: ['qrCode'], success: ({ result }) => resolve(result), fail: () => resolve(undefined) })
  })
}

/** Bright and awake, for a code that another phone reads. Gives back what undoes it. */
export function shine(): () => void {
  if (onH5) return () => {}
  let before = -1
  uni.getScreenBrightness({ success: ({ value }) => ((before = value), uni.setScreenBrightness({ value: 1 })) })
  uni.setKeepScreenOn({ keepScreenOn: true })
  return () => {
    if (before >= 0) uni.setScreenBrightness({ value: before })
    uni.setKeepScreenOn({ keepScreenOn: false })
  }
}
