// What the phone itself can do: call, show a map, say where it is, shine.
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
  uni.setClipboardData({ data: text, showToast: false, success: () => uni.showToast({ title: said, icon: 'none' }) })
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
