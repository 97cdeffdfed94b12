// The refusals of scanning somebody's own code: the server speaks to the volunteer, here staff are spoken to.
import type { Problem, Schemas } from '@yimi/client'
import { refusalOf, type Choice, type RefusalText } from '@/app/refusal'

const AGAIN: Choice = { act: 'rescan', text: '再扫一次' }
const LIST: Choice = { act: 'attendance', text: '看名单' }
const CLOSE: Choice = { act: 'close', text: '知道了' }

const WORDS: Record<string, { title: string; detail: string; choices: Choice[] }> = {
  code_wrong: { title: '这不是志愿者的码', detail: '请志愿者打开“我的码”，再扫一次。', choices: [AGAIN] },
  code_expired: { title: '这个码已经换了', detail: '请志愿者看着屏幕等一下，换了新码再扫。', choices: [AGAIN] },
  not_signed_up: { title: '他没有报这一班', detail: '名单里没有他，或报名还没通过。可以请他现在报名，再扫一次。', choices: [LIST, AGAIN] },
  not_checked_in: { title: '他还没有签到', detail: '没有签到就不能签退。班次结束后，可以在名单上补记时长。', choices: [LIST] },
  checkin_not_open: { title: '还没到签到时间', detail: '', choices: [] },
  checkin_closed: { title: '签到时间过了', detail: '可以在名单上补记时长，由另一位工作人员复核。', choices: [LIST] },
}

export function scanRefusalOf(problem: Problem, kind: Schemas['CheckinKind']): RefusalText {
  const words = WORDS[problem.code]
  if (!words) return refusalOf(problem)
  return { title: words.title, detail: `${kind === 'in' ? '签到' : '签退'}没有记上。${words.detail || problem.detail}`, choices: [...words.choices, CLOSE] }
}
