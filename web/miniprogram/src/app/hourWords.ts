// The contract's words for hours and check-ins, as people say them.
import type { Schemas } from '@yimi/client'

type Words<K extends string> = Record<K, string>

/** What an entry stands on, and the tag it wears. */
export const ENTRY_CLASS: Record<Schemas['EntryClass'], { word: string; tone: 'ok' | 'wait' | 'edit'; means: string }> = {
  system: { word: '系统', tone: 'ok', means: '由现场签到和签退算出' },
  manual: { word: '人工', tone: 'wait', means: '由工作人员补记，另一位工作人员复核' },
  correction: { word: '更正', tone: 'edit', means: '更正原来的一条，原记录保留' },
}

export const CHECKIN_METHOD: Words<Schemas['CheckinMethod']> = {
  code: '扫现场签到码',
  digits: '输入六位数字',
  staff_scan: '工作人员扫码',
}

export const ATTENTION: Words<Schemas['AttentionReason']> = {
  missing_out: '没签退',
  sent_late: '没有信号，过后补传',
  poor_accuracy: '定位不准',
  no_location: '没有定位',
}

export const STARS = ['还没有星级', '一星', '二星', '三星', '四星', '五星'] as const

/** Check-in to check-out within the shift: what was counted. Without both, the shift itself. */
export function countedSpan(of: { starts_at: string; ends_at: string; in_at?: string; out_at?: string }): [number, number] {
  const [starts, ends] = [Date.parse(of.starts_at), Date.parse(of.ends_at)]
  if (!of.in_at || !of.out_at) return [starts, ends]
  const from = Math.max(starts, Date.parse(of.in_at))
  const to = Math.min(ends, Date.parse(of.out_at))
  return to > from ? [from, to] : [starts, ends]
}
