// How the shifts of the workbench are shown, and how its list goes on.
import type { Schemas } from '@yimi/client'
import { isoDate } from '@yimi/words/format'

export type WorkShift = Schemas['WorkShift']

const PHASES = {
  coming: { tag: { word: '还没开始', tone: undefined }, tone: 'quiet', icon: 'i-clock', act: null },
  checkin: {
    tag: { word: '可以签到', tone: 'info' },
    tone: '',
    icon: 'i-scan',
    act: { word: '出示签到码', icon: 'qr', testid: 'show-code' },
  },
  under_way: {
    tag: { word: '进行中', tone: 'ok' },
    tone: '',
    icon: 'i-scan',
    act: { word: '出示签到码', icon: 'qr', testid: 'show-code' },
  },
  to_confirm: {
    tag: { word: '待确认', tone: 'wait' },
    tone: 'warm',
    icon: 'i-approve',
    act: { word: '去确认', icon: 'check', testid: 'go-confirm' },
  },
} as const
const OFF = { word: '已取消', tone: 'bad' } as const

export function cardOf(shift: WorkShift, now = Date.now()) {
  const phase = PHASES[shift.phase]
  return {
    ...shift,
    ...phase,
    tag: shift.state === 'cancelled' && shift.phase !== 'to_confirm' ? OFF : phase.tag,
    today: isoDate(shift.starts_at) === isoDate(now),
    said: saidOf(shift),
  }
}

function saidOf({ phase, state, taken, checked_in }: WorkShift): string {
  if (state === 'cancelled') return `取消以前签到了 ${checked_in} 人，时长照样要确认`
  if (phase === 'coming') return `应到 ${taken} 人`
  if (phase === 'to_confirm') return `应到 ${taken} 人，签到 ${checked_in} 人`
  return `已签到 ${checked_in} / ${taken} 人`
}

/** The list in its two parts; what is of earlier days is there only to be confirmed. */
export function partsOf(shifts: WorkShift[], now = Date.now()) {
  const cards = shifts.map((one) => cardOf(one, now))
  return { today: cards.filter((one) => !one.earlier), before: cards.filter((one) => one.earlier) }
}

/** Where 待确认 leads: the one there is, else the part of the page that has them. */
export function confirmAt(shifts: WorkShift[], inAll: number): WorkShift | '#shifts' | '#before' {
  const open = shifts.filter((one) => one.phase === 'to_confirm')
  if (inAll === 1 && open.length === 1) return open[0]
  return open.length > 0 && !open[0].earlier ? '#shifts' : '#before'
}
