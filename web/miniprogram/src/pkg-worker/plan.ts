// A worker's week: spans of work and breaks, whether they fit, and how they read.
import type { Schemas } from '@yimi/client'
import { clockOf, minutesOf } from '@yimi/words/clock'

type Provider = Schemas['Provider']
type Exception = Schemas['ProviderException']

/** 09:00 to 12:00 */
export interface Span {
  start_time: string
  end_time: string
}
export interface DayPlan {
  /** 1 Monday to 7 Sunday */
  weekday: number
  hours: Span[]
  breaks: Span[]
}

export const WEEKDAYS = ['周一', '周二', '周三', '周四', '周五', '周六', '周日']
/** As many spans as the server takes, of work and of breaks. */
const MOST = 28

const byStart = (a: Span, b: Span) => a.start_time.localeCompare(b.start_time)
const backwards = (span: Span) => span.end_time <= span.start_time

/** Whether two of them share a minute; one may begin when the other ends. */
export function overlap(spans: Span[]): boolean {
  const sorted = [...spans].sort(byStart)
  return sorted.some((span, n) => n > 0 && span.start_time < sorted[n - 1].end_time)
}

/** What is wrong with a day, in words; nothing when it fits. */
export function wrongIn(day: DayPlan): string {
  if ([...day.hours, ...day.breaks].some(backwards)) return '结束要晚于开始'
  if (overlap(day.hours)) return '上班的时间重在一起了'
  if (overlap(day.breaks)) return '休息的时间重在一起了'
  const outside = day.breaks.some(
    (pause) => !day.hours.some((work) => pause.start_time < work.end_time && work.start_time < pause.end_time),
  )
  return outside ? '休息要在上班的时间里' : ''
}

/** The first wrong day of a week, with its name. */
export function wrongInWeek(week: DayPlan[]): string {
  const day = week.find(wrongIn)
  if (day) return `${WEEKDAYS[day.weekday - 1]}：${wrongIn(day)}`
  const { hours, breaks } = inputOf(week)
  return hours.length > MOST || breaks.length > MOST ? `一周最多 ${MOST} 段` : ''
}

export function weekOf(of: Pick<Provider, 'hours' | 'breaks'>): DayPlan[] {
  const on = (spans: Schemas['WeeklySpan'][], weekday: number) =>
    spans
      .filter((one) => one.weekday === weekday)
      .map(({ start_time, end_time }) => ({ start_time, end_time }))
      .sort(byStart)
  return WEEKDAYS.map((_, n) => ({ weekday: n + 1, hours: on(of.hours, n + 1), breaks: on(of.breaks, n + 1) }))
}

/** What is sent: a day without hours has no breaks either. */
export function inputOf(week: DayPlan[]): Pick<Schemas['ProviderHoursInput'], 'hours' | 'breaks'> {
  const flat = (key: 'hours' | 'breaks') =>
    week.filter((day) => day.hours.length).flatMap((day) => [...day[key]].sort(byStart).map((span) => ({ weekday: day.weekday, ...span })))
  return { hours: flat('hours'), breaks: flat('breaks') }
}

/** One more span after the last: work of two hours, a break of one hour within the work. */
export function oneMore(day: DayPlan, kind: 'hours' | 'breaks'): Span {
  if (kind === 'breaks') return { start_time: '12:00', end_time: '13:00' }
  const last = [...day.hours].sort(byStart).pop()
  if (!last) return { start_time: '09:00', end_time: '12:00' }
  const from = Math.min(minutesOf(last.end_time) + 60, 22 * 60)
  return { start_time: clockOf(from), end_time: clockOf(Math.min(from + 120, 23 * 60 + 55)) }
}

// ---- words ----

export const spanWords = (span: Span) => `${span.start_time}–\u2060${span.end_time}`
export const spansWords = (spans: Span[]) => spans.map(spanWords).join('、')

/** 09:00–12:00、14:00–18:00, 休息 12:00–13:00 */
export function dayWords(day: DayPlan): { hours: string; breaks: string } {
  return {
    hours: day.hours.length ? spansWords(day.hours) : '不上班',
    breaks: day.hours.length && day.breaks.length ? `休息 ${spansWords(day.breaks)}` : '',
  }
}

/** 全天休息, 14:00–16:00 休息, 加开 09:00–12:00 */
export function exceptionWords(of: Exception): string {
  if (!of.start_time || !of.end_time) return of.kind === 'off' ? '全天休息' : '全天加开'
  const span = spanWords({ start_time: of.start_time, end_time: of.end_time })
  return of.kind === 'off' ? `休息 ${span}` : `加开 ${span}`
}

/** What a worker's day looks like: the week's hours, and what was arranged for that date (2026-11-27, whose week-day is given). */
export function dateWords(of: Pick<Provider, 'hours' | 'breaks' | 'exceptions'>, date: string, weekday: number): string {
  const here = of.exceptions.filter((one) => one.date === date)
  const noted = (one: Exception) => exceptionWords(one) + (one.note ? `（${one.note}）` : '')
  const whole = here.find((one) => one.kind === 'off' && !one.start_time)
  if (whole) return noted(whole)
  const { hours, breaks } = dayWords(weekOf(of)[weekday - 1])
  return [hours === '不上班' ? hours : `上班 ${hours}`, breaks, ...here.map(noted)].filter(Boolean).join('，')
}
