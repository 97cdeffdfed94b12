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
  sent_late: '补传',
  poor_accuracy: '定位不准',
  no_location: '没有定位',
  long_shift: '班次超过 12 小时',
  time_moved: '报名后改过时间',
  short_notice: '开始前不到一小时才发布或改时间',
  burst: '多人同时签到签退',
  undone: '撤销过签退',
  rules_eased: '报名后改过签到规则',
  marked_absent: '记为没到或不计时以后才传来',
}

/** Reasons that hold for everybody on the shift alike. */
export const OF_SHIFT: readonly Schemas['AttentionReason'][] = ['long_shift', 'time_moved', 'short_notice', 'rules_eased']

/** Whom a proposal waits for. */
export const WAITS_FOR: Words<Schemas['WaitsFor']> = {
  colleague: '等另一位工作人员复核',
  district: '等区级管理员复核',
  appointment: '站里和区里还没有别的工作人员，等有人上任后复核，不会丢',
}

/** The same in a toast. */
export const WAITS_SHORT: Words<Schemas['WaitsFor']> = { ...WAITS_FOR, appointment: '等有人上任后复核' }

/** Why a proposal needs more than one person's word, beside its class. */
export const PROPOSAL_WHY: Words<NonNullable<Schemas['HourProposal']['why']>> = {
  daily_cap: '当天会超过一天的上限',
  attention: '由经手的人确认，需要第二人',
}

/** Why an entry is on the list of those to look at. */
export const ENTRY_ATTENTION: Words<Schemas['EntryAttention']['reason']> = {
  old_overlap: '两条记录的时间重叠',
  granted_by_proposer: '提议人和复核人之间有授权关系',
  own_hours: '经手的人就是这位志愿者本人',
  daily_cap: '账号合并后，这一天超过每日上限',
}

export const STARS = ['还没有星级', '一星', '二星', '三星', '四星', '五星'] as const

/** The time that was credited; else check-in to check-out within the shift, and without both the shift itself. */
export function countedSpan(of: {
  starts_at: string
  ends_at: string
  in_at?: string
  out_at?: string
  given?: Schemas['TimeSpan']
}): [number, number] {
  if (of.given) return [Date.parse(of.given.from), Date.parse(of.given.to)]
  const [starts, ends] = [Date.parse(of.starts_at), Date.parse(of.ends_at)]
  if (!of.in_at || !of.out_at) return [starts, ends]
  const from = Math.max(starts, Date.parse(of.in_at))
  const to = Math.min(ends, Date.parse(of.out_at))
  return to > from ? [from, to] : [starts, ends]
}
