// A stand-in for `uni`: storage in memory, requests answered by the test, nothing else.
import { vi } from 'vitest'

interface Sent {
  url: string
  method: string
  header: Record<string, string>
  data?: unknown
}
interface SentFile {
  url: string
  header: Record<string, string>
  filePath?: string
  name?: string
}
type FileAnswer = { statusCode: number; data?: string; tempFilePath?: string } | 'offline'
type Answer = { statusCode: number; data: unknown } | 'offline'

export const phone = {
  store: new Map<string, unknown>(),
  sent: [] as Sent[],
  answer: (async () => 'offline') as (request: Sent) => Promise<Answer>,
  files: [] as SentFile[],
  fileAnswer: (async () => 'offline') as (sent: SentFile) => Promise<FileAnswer>,
  network: [] as ((state: { isConnected: boolean }) => void)[],
  /** Where the pages were begun anew. */
  went: [] as string[],
  /** What the phone's storage refuses: a full one keeps nothing new, a private window nothing at all. */
  refuses: '' as '' | 'full' | 'private',
  reset() {
    this.store.clear()
    this.refuses = ''
    this.went = []
    this.sent = []
    this.answer = async () => 'offline'
    this.files = []
    this.fileAnswer = async () => 'offline'
    this.network = []
  },
}

async function file({ success, fail, ...sent }: SentFile & { success: (got: FileAnswer) => void; fail: () => void }) {
  phone.files.push(sent)
  const answer = await phone.fileAnswer(sent)
  if (answer === 'offline') fail()
  else success(answer)
}

const uni = {
  uploadFile: file,
  downloadFile: file,
  getStorageSync(key: string) {
    if (phone.refuses === 'private') throw new Error('SecurityError')
    return structuredClone(phone.store.get(key) ?? '')
  },
  setStorageSync(key: string, value: unknown) {
    if (phone.refuses) throw new Error('QuotaExceededError')
    phone.store.set(key, structuredClone(value))
  },
  removeStorageSync(key: string) {
    if (phone.refuses === 'private') throw new Error('SecurityError')
    phone.store.delete(key)
  },
  reLaunch: ({ url }: { url: string }) => phone.went.push(url),
  login: ({ success }: { success: (got: { code: string }) => void }) => success({ code: 'demo-lin' }),
  onNetworkStatusChange: (tell: (state: { isConnected: boolean }) => void) => phone.network.push(tell),
  getNetworkType: () => {},
  async request({ success, fail, ...sent }: Sent & { success: (got: Answer) => void; fail: () => void }) {
    phone.sent.push(sent)
    const answer = await phone.answer(sent)
    if (answer === 'offline') fail()
    else success(answer)
  },
}

vi.stubGlobal('uni', uni)
vi.mock('@dcloudio/uni-app', () => ({ onLoad: () => {}, onPullDownRefresh: () => {}, onReachBottom: () => {}, onShow: () => {} }))

export const ok = (data: unknown, statusCode = 200) => ({ statusCode, data })
export const refused = (statusCode: number, code: string) => ({ statusCode, data: { type: 'about:blank', title: '', status: statusCode, code, detail: `说明 ${code}`, request_id: 'r1' } })
export const person = { id: 7, name: '林晓雯', is_volunteer: true, show_on_leaderboard: false, roles: [{ role: 'volunteer' }], skills: [], minutes_total: 0, entries_total: 0, star: 0, unread_notices: 0 }
export const sessionOf = (n: number) => ({ access_token: `access-${n}`, refresh_token: `refresh-${n}`, expires_in: 900, person })
