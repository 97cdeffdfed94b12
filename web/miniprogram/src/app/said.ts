// Times as the chosen mode says them: 09:00–11:30, or in elder mode 上午 9:00 到 11:30. What a person reads comes
// from here; what a form keeps is `time` of `@yimi/words/format`.
import { ago, day, spokenSpan, spokenTime, span, time, type When } from '@yimi/words/format'
import { useElder } from './elder'

const { elder } = useElder()

/** 09:00, 上午 9:00 */
export const timeSaid = (at: When) => (elder.value ? spokenTime(at) : time(at))
/** 09:00–11:30, 上午 9:00 到 11:30 */
export const spanSaid = (from: When, to: When) => (elder.value ? spokenSpan(from, to) : span(from, to))
/** 11月29日 周六 09:00–11:30 */
export const whenSaid = (from: When, to: When) => `${day(from)} ${spanSaid(from, to)}`
/** 5 分钟前, 昨天 09:12 */
export const agoSaid = (at: When) => ago(at, Date.now(), timeSaid)
/** Both, for words that are shared with the desk. */
export const said = { when: whenSaid, time: timeSaid }
