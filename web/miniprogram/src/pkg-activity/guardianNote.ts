import { isMinor, isUnder } from '@/pages/beneficiary'

/** What a minor has to know before becoming a volunteer; of who has not said their age, what holds for children. */
export function guardianNote(birthDate: string | undefined, now = Date.now()): string {
  if (isUnder(14, birthDate, now))
    return '您还没满 14 周岁，要监护人先在他自己的手机上同意，才能注册和报名。您填的会留在手机里，等他同意了接着办。'
  if (isMinor(birthDate, now)) return '您满 14 周岁了，可以自己注册。有的活动有年龄要求，报名前会写明。'
  return '孩子也能来。未满 14 周岁的，要监护人先在他自己的手机上同意，才能注册和报名。'
}
