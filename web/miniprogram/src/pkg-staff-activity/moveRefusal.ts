// The refusals of a shift's new time: who is in the way, and what can be done about it.
import type { Problem } from '@yimi/client'
import { refusalOf, type Choice, type RefusalText } from '@/app/refusal'

const LIST: Choice = { act: 'attendance', text: '去到场名单撤销签到' }
const OTHER_TIME: Choice = { act: 'close', text: '换个时间' }

const WORDS: Record<string, { title: string; choices: Choice[] }> = {
  move_overlaps: { title: '有人那时在另一班', choices: [{ act: 'ask_again', text: '请他们重新确认' }, OTHER_TIME] },
  move_overlaps_present: { title: '有人签到了，那时还有另一班', choices: [LIST, OTHER_TIME] },
  shift_checked_in: { title: '已经有人签到了', choices: [LIST, { act: 'close', text: '先不改' }] },
}

/** The server's detail names the people. */
export function moveRefusalOf(problem: Problem): RefusalText {
  const words = WORDS[problem.code]
  return words ? { title: words.title, detail: problem.detail, choices: words.choices } : refusalOf(problem)
}
