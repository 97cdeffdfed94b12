// The answers to a service's questions: as the form holds them, as the contract wants them, and what is missing.
import type { Schemas } from '@yimi/client'

type Question = Schemas['Question']

/** By the question's key; one value, or several for `choices`. */
export type Answers = Record<string, string[]>

/** In the order of the questions; those left empty are left out, and so are answers to other questions. */
export function answersOf(questions: Question[], answers: Answers): Schemas['AnswerInput'][] {
  return questions.flatMap(({ key }) => {
    const values = (answers[key] ?? []).map((one) => one.trim()).filter(Boolean)
    return values.length ? [{ key, values }] : []
  })
}

/** What to change, by the question's key; empty when all is well. */
export function wrongAnswers(questions: Question[], answers: Answers): Record<string, string> {
  const wrong: Record<string, string> = {}
  for (const question of questions) {
    const words = wrongAnswer(question, (answers[question.key] ?? []).map((one) => one.trim()).filter(Boolean))
    if (words) wrong[question.key] = words
  }
  return wrong
}

function wrongAnswer({ kind, required, minimum, maximum }: Question, values: string[]): string {
  if (!values.length)
    return required
      ? kind === 'choices'
        ? '至少选一个'
        : kind === 'yes_no' || kind === 'choice' || kind === 'date'
          ? '选一个'
          : '要写一下'
      : ''
  if (kind !== 'number') return ''
  const n = Number(values[0])
  if (!Number.isInteger(n)) return '写一个整数'
  if (minimum !== undefined && n < minimum) return `不能小于 ${minimum}`
  if (maximum !== undefined && n > maximum) return `不能大于 ${maximum}`
  return ''
}
