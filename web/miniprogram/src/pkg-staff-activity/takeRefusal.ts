// Why somebody on the waitlist could not be given a place, and what can be done about it.
import type { Problem } from '@yimi/client'
import { refusalOf, type RefusalText } from '@/app/refusal'

export function takeRefusalOf(problem: Problem): RefusalText {
  const text = refusalOf(problem)
  const close = text.choices.filter((one) => one.act === 'close')
  if (problem.code === 'shift_full')
    return { ...text, title: '这一班满了', choices: [{ act: 'add_place', text: '加一个名额给这位' }, ...close] }
  if (problem.code === 'overlap') return { ...text, title: '和另一班撞了', choices: close }
  if (problem.code === 'own_signup') return { ...text, title: '自己的报名要请同事办', choices: close }
  if (problem.code === 'shift_over') return { ...text, title: '这一班已经结束', choices: close }
  return text
}
