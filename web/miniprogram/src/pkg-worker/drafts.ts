// A case note that is not saved yet stays on this phone, apart for each person and case, and is gone once it is saved.
import { drop, keep, kept } from '@/app/storage'

export interface Draft {
  text: string
  visitId: number
}

const keyOf = (person: number, request: number) => `yimi.caseNote.${person}.${request}`

export function keptDraft(person: number, request: number): Draft | null {
  return kept<Draft>(keyOf(person, request))
}

/** Nothing written is nothing kept. */
export function keepDraft(person: number, request: number, { text, visitId }: Draft) {
  if (text.trim()) keep(keyOf(person, request), { text, visitId })
  else drop(keyOf(person, request))
}
