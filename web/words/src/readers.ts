// Who reads what is written in a form, in words: from x-readers of the contract, which the server keeps.
import { READERS } from '@yimi/client'

export type FreeText = keyof typeof READERS
type Reader = (typeof READERS)[FreeText][number]

const WORDS: Partial<Record<Reader, string>> = {
  self: '您',
  resident: '居民',
  volunteer: '志愿者本人',
  worker: '社工',
  supervisor: '督导',
  staff: '工作人员',
  auditor: '审计员',
}
/** Of these the writer is one where it says `mine`. */
const ASKERS: Reader[] = ['resident', 'volunteer', 'self']

/** Who reads a text. `mine`: who writes is whom it is about; `confidential`: of a confidential service. */
export function readBy(text: FreeText, { mine = false, confidential = false } = {}): string {
  let readers: Reader[] = [...READERS[text]]
  if (readers.includes('nobody')) return ''
  if (readers.includes('record')) return '留作核查，页面上不显示'
  if (readers.includes('everybody')) return '所有人看得到'
  readers = readers.flatMap((r) => (r !== 'resident_unless_confidential' ? r : confidential ? [] : 'resident'))
  if (readers.includes('staff')) readers = readers.filter((r) => r !== 'supervisor')
  const about = readers.some((r) => ASKERS.includes(r))
  const others = readers.filter((r) => !ASKERS.includes(r))
  if (mine && !others.length) return '只有您自己看得到'
  const words = (mine ? others : readers).map((r) => WORDS[r])
  const said = words.length > 1 ? `${words.slice(0, -1).join('、')}和${words[words.length - 1]}` : words[0]
  return `${about ? '' : '只有'}${said}看得到${confidential && READERS[text].some((r) => r === 'resident_unless_confidential') ? '，居民看不到' : ''}`
}
