import type { RefusalText } from '@/app/refusal'

const CAN = ['retry', 'reload', 'other_slot', 'assign', 'close', 'sure']

/** A refusal with only those choices that staff can take here: some are worded for who asks. */
export function forStaff(text: RefusalText, can: (act: string) => boolean = () => true): RefusalText {
  return { ...text, choices: text.choices.filter(({ act }) => CAN.includes(act) && can(act)) }
}
