// Opened from 朋友圈: one page to read, with bars of WeChat's own, without a login and without other pages.
const SINGLE_PAGE = 1154

export const inTimeline = () => process.env.UNI_PLATFORM !== 'h5' && uni.getLaunchOptionsSync().scene === SINGLE_PAGE
