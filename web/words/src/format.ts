// How dates, hours and names read. All times are Beijing time, whatever zone the phone is in.
const BEIJING = 8 * 3_600_000
const DAY = 86_400_000
const WEEKDAYS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']
/** En dash, then a word joiner, so that a span of time never breaks over two lines. */
const DASH = '–\u2060'
const MINUS = '−'

/** A point in time: RFC 3339 as the API gives it, or milliseconds. */
export type When = string | number

const two = (n: number) => String(n).padStart(2, '0')
const ms = (at: When) => (typeof at === 'number' ? at : Date.parse(at))
/** A Date whose UTC fields read as Beijing's clock. */
const beijing = (at: When) => new Date(ms(at) + BEIJING)
const dayNumber = (at: When) => Math.floor((ms(at) + BEIJING) / DAY)

// ---- days and times ----

/** 11月29日 周六; with its year when that is not this one. */
export function day(at: When, now: When = Date.now()): string {
  const d = beijing(at)
  const year = d.getUTCFullYear()
  return `${year === beijing(now).getUTCFullYear() ? '' : `${year}年`}${monthDay(at)} ${weekday(at)}`
}

/** 11月29日 */
export function monthDay(at: When): string {
  const d = beijing(at)
  return `${d.getUTCMonth() + 1}月${d.getUTCDate()}日`
}

/** 周六 */
export function weekday(at: When): string {
  return WEEKDAYS[beijing(at).getUTCDay()]
}

/** The parts of a date box: 周六, 29, 11月. */
export function dateParts(at: When) {
  const d = beijing(at)
  return { weekday: weekday(at), date: d.getUTCDate(), month: `${d.getUTCMonth() + 1}月` }
}

/** 2025-11-29, as the API takes a date. */
export function isoDate(at: When): string {
  return beijing(at).toISOString().slice(0, 10)
}

/** The first instant of a Beijing day, given as 2025-11-29. */
export function startOfDay(date: string): number {
  return Date.parse(`${date}T00:00:00+08:00`)
}

/** 09:00 */
export function time(at: When): string {
  const d = beijing(at)
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`
}

/** 09:00–11:30; past midnight 22:00–次日 02:00. */
export function span(from: When, to: When): string {
  const nights = dayNumber(to) - dayNumber(from)
  const next = nights === 0 ? '' : nights === 1 ? '次日 ' : `${monthDay(to)} `
  return time(from) + DASH + next + time(to)
}

/** 11月29日 周六 09:00–11:30 */
export function when(from: When, to: When, now: When = Date.now()): string {
  return `${day(from, now)} ${span(from, to)}`
}

/** 刚刚, 5 分钟前, 09:12, 昨天 09:12, 11月26日 周三 09:12 */
export function ago(at: When, now: When = Date.now(), clockOf = time): string {
  const minutes = Math.floor((ms(now) - ms(at)) / 60_000)
  const days = dayNumber(now) - dayNumber(at)
  if (minutes >= 0 && minutes < 1) return '刚刚'
  if (minutes > 0 && minutes < 60) return `${minutes} 分钟前`
  if (days === 0) return clockOf(at)
  return days === 1 ? `昨天 ${clockOf(at)}` : `${day(at, now)} ${clockOf(at)}`
}

// ---- as one would say it: elder mode ----

/** 上午 9:00 */
export function spokenTime(at: When): string {
  const { period, hour, minute } = clock(at)
  return `${period} ${hour}:${two(minute)}`
}

/** 上午 9:00 到 11:00 */
export function spokenSpan(from: When, to: When): string {
  const end = clock(to)
  const tail =
    end.period === clock(from).period && dayNumber(from) === dayNumber(to)
      ? `${end.hour}:${two(end.minute)}`
      : `${nearDay(to, from)}${spokenTime(to)}`
  return `${spokenTime(from)} 到 ${tail}`
}

/** 明天 下午 2 点; further away 11月28日 周五 上午 9 点 */
export function spokenSoon(at: When, now: When = Date.now()): string {
  const { period, hour, minute } = clock(at)
  const past = minute === 0 ? '' : minute === 30 ? '半' : ` ${minute} 分`
  return `${spokenDay(at, now)} ${period} ${hour} 点${past}`
}

/** 今天, 明天, 后天, else 11月28日 周五 */
export function spokenDay(at: When, now: When = Date.now()): string {
  return ['今天', '明天', '后天'][dayNumber(at) - dayNumber(now)] ?? day(at, now)
}

function nearDay(to: When, from: When): string {
  const nights = dayNumber(to) - dayNumber(from)
  return nights === 0 ? '' : nights === 1 ? '第二天 ' : `${monthDay(to)} `
}

function clock(at: When) {
  const d = beijing(at)
  const h = d.getUTCHours()
  const period = h < 6 ? '凌晨' : h < 12 ? '上午' : h < 13 ? '中午' : h < 18 ? '下午' : '晚上'
  return { period, hour: h > 12 ? h - 12 : h, minute: d.getUTCMinutes() }
}

/** 上午好, by the clock in Beijing. */
export function greeting(now: When = Date.now()): string {
  const h = beijing(now).getUTCHours()
  return h < 5 ? '夜深了' : h < 12 ? '上午好' : h < 14 ? '中午好' : h < 18 ? '下午好' : '晚上好'
}

// ---- hours and figures ----

/** 2 小时 28 分 */
export function hours(minutes: number): string {
  const { hours: h, rest } = hourParts(minutes)
  if (h === 0) return `${rest} 分`
  return rest === 0 ? `${count(h)} 小时` : `${count(h)} 小时 ${rest} 分`
}

/** The parts of a big figure: 186 小时 30 分. */
export function hourParts(minutes: number) {
  const whole = Math.abs(Math.trunc(minutes))
  return { hours: Math.floor(whole / 60), rest: whole % 60 }
}

/** +2 小时 28 分, −30 分 (a true minus) */
export function signedHours(minutes: number): string {
  return (minutes < 0 ? MINUS : '+') + hours(minutes)
}

/** 18.5: for the label of a bar, and nowhere else. */
export function chartHours(minutes: number): string {
  return String(Math.round(minutes / 6) / 10)
}

/** 38,412 */
export function count(n: number): string {
  const digits = String(Math.abs(Math.trunc(n))).replace(/\B(?=(\d{3})+$)/g, ',')
  return n < 0 ? MINUS + digits : digits
}

/** Whole hours out of minutes, for totals: 38,412. */
export function wholeHours(minutes: number): string {
  return count(Math.floor(minutes / 60))
}

/** 77: floored, so that 100 % is only said when it is reached; never above 100. */
export function percent(part: number, whole: number): number {
  return whole > 0 ? Math.max(0, Math.min(100, Math.floor((part / whole) * 100))) : 0
}

/** 26 米, 1.2 公里, 12 公里 */
export function distance(metres: number): string {
  if (metres < 1000) return `${Math.round(metres)} 米`
  const km = metres / 1000
  return `${km < 10 ? Math.round(km * 10) / 10 : Math.round(km)} 公里`
}

// ---- people ----

/** 丁** : the family name alone, for a minor in a list. */
export function maskName(name: string): string {
  const letters = [...name]
  return letters.length < 2 ? name : letters[0] + '*'.repeat(letters.length - 1)
}

/** A name that never breaks over two lines. */
export function unbroken(name: string): string {
  return [...name].join('\u2060')
}

/** 138****1234 */
export function maskPhone(phone: string): string {
  return phone.replace(/^(\d{3})\d+(\d{4})$/, '$1****$2')
}

/** The letter on an avatar: the last of the name, as friends call each other. */
export function initial(name: string): string {
  return [...name].pop() ?? '我'
}
