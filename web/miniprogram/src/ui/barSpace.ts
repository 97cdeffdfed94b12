// How much room the phone takes at the top of a page.
const onH5 = process.env.UNI_PLATFORM === 'h5'

/** H5 inside the landing page's phone: draws the status bar that the phone would have. */
export const framed = onH5 && window.self !== window.top

/** Pixels above the bar, and right of what may stand in it. */
export function barSpace(): { top: number; right: number } {
  if (onH5) return { top: 0, right: 16 }
  const { statusBarHeight = 20, windowWidth } = uni.getWindowInfo()
  const capsule = uni.getMenuButtonBoundingClientRect()
  return { top: statusBarHeight, right: capsule ? windowWidth - capsule.left + 8 : 16 }
}
