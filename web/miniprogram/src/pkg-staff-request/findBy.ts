// What staff type to find a request again: the beginning of a name, or a number. Words, phones and addresses are sealed, and not searched.
export interface Found {
  name?: string
  number?: string
  /** Why nothing is looked for yet. */
  wrong?: string
}

const DIGITS = 14

export function findBy(typed: string): Found {
  const text = typed.normalize('NFKC').trim()
  if (!text) return {}
  if (/[0-9]/.test(text)) {
    const digits = text.replace(/[^0-9]/g, '')
    return digits.length === DIGITS && /^[0-9\s-]+$/.test(text)
      ? { number: `${digits.slice(0, 8)}-${digits.slice(8)}` }
      : { wrong: '编号要写全，一共 14 位数字，如 20261126-483920。电话和住址是加密的，不能拿来找。' }
  }
  const letters = [...text.replace(/[\s·•.-]/g, '')].length
  return letters >= 2 ? { name: text } : { wrong: '名字请至少写两个字，比如姓和名的第一个字。' }
}
