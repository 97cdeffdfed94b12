// A case note that is not saved yet stays on this phone, apart for each person and case, and is gone once it is saved.
export interface Draft {
  text: string
  visitId: number
}

const keyOf = (person: number, request: number) => `yimi.caseNote.${person}.${request}`

export function keptDraft(person: number, request: number): Draft | null {
  return (uni.getStorageSync(keyOf(person, request)) as Draft) || null
}

/** Nothing written is nothing kept. */
export function keepDraft(person: number, request: number, { text, visitId }: Draft) {
  if (text.trim()) uni.setStorageSync(keyOf(person, request), { text, visitId })
  else uni.removeStorageSync(keyOf(person, request))
}
