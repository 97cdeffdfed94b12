// The refusals of scanning somebody's own code: the server speaks to the volunteer, here staff are spoken to.
import type { Problem, Schemas } from '@yimi/client'
import { refusalOf, type Choice, type RefusalText } from '@/app/refusal'

const AGAIN: Choice = { act: 'rescan', text: '再扫一次' }
const LIST: Choice = { act: 'attendance', text: '看名单' }
const JOIN: Choice = { act: 'join', text: '让他加入并签到' }
const CLOSE: Choice = { act: 'close', text: '知道了' }

const WORDS: Record<string, { title: string; detail: string; choices: Choice[] }> = {
  code_wrong: { title: '这不是志愿者的码', detail: '请志愿者打开“我的码”，再扫一次。', choices: [AGAIN] },
  code_expired: { title: '这个码已经换了', detail: '请志愿者看着屏幕等一下，换了新码再扫。', choices: [AGAIN] },
  not_signed_up: { title: '他没有报这一班', detail: '名单里没有他，或这段时间他在另一班。', choices: [LIST, AGAIN] },
  not_checked_in: {
    title: '他还没有签到',
    detail: '没有签到就不能签退。刚到的，现在给他签到；要走了的，班次结束后可以在名单上补记时长。',
    choices: [{ act: 'as_in', text: '给他签到' }, LIST],
  },
  shift_called_off: { title: '这一班取消了', detail: '取消了的班次不再记签到签退。', choices: [] },
  already_credited: { title: '时长已经记过了', detail: '他这一班的时长已经记入。', choices: [LIST] },
  checkin_not_open: { title: '还没到签到时间', detail: '', choices: [] },
  checkin_closed: { title: '签到时间过了', detail: '可以在名单上补记时长，由另一位工作人员复核。', choices: [LIST] },
}

/** What is a question, and no refusal. */
const QUESTIONS: Record<string, { title: string; choices: Choice[] }> = {
  checkout_early: {
    title: '现在就给他签退吗？',
    choices: [
      { act: 'sure', text: '他确实要走，签退' },
      { act: 'close', text: '先不签退' },
    ],
  },
  join_first: { title: '让他现场加入？', choices: [JOIN, { act: 'close', text: '先不加入' }] },
  full_at_door: {
    title: '名额满了，加一个？',
    choices: [
      { ...JOIN, text: '加一个名额，让他加入并签到' },
      { act: 'close', text: '先不加入' },
    ],
  },
}

/** Somebody who is in was scanned for check-in again: most likely they want to go. */
export const repeatedIn = (done: Schemas['Checkin'], at: string): RefusalText => ({
  title: `${done.person_name}已经签到过了`,
  detail: `${at} 签的到，没有再记一次。他现在要走的话，可以给他签退。`,
  choices: [
    { act: 'as_out', text: '给他签退' },
    { act: 'close', text: '知道了' },
  ],
})

export function scanRefusalOf(problem: Problem, kind: Schemas['CheckinKind']): RefusalText {
  const question = QUESTIONS[problem.code]
  if (question)
    return { ...question, detail: problem.code === 'checkout_early' ? problem.detail.replace(/确实要走.*$/, '') : problem.detail }
  const words = WORDS[problem.code]
  if (!words) return refusalOf(problem)
  return {
    title: words.title,
    detail: `${kind === 'in' ? '签到' : '签退'}没有记上。${words.detail || problem.detail}`,
    choices: [...words.choices, CLOSE],
  }
}
