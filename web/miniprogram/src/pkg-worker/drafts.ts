// A case note that is not saved yet stays on this phone until it is saved or the worker signs out.
import { own } from '@/app/own'

export interface Draft {
  text: string
  visitId: number
}

const nameOf = (request: number) => `caseNote.${request}`

export function keptDraft(person: number, request: number): Draft | null {
  return own.get<Draft>(person, nameOf(request)) ?? null
}

/** Nothing written is nothing kept. */
export function keepDraft(person: number, request: number, { text, visitId }: Draft) {
  if (text.trim()) own.keep(person, nameOf(request), { text, visitId })
  else own.drop(person, nameOf(request))
}
