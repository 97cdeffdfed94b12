// A stand-in for `uni`: storage in memory, requests answered by the test, and of the phone what stands in `phone`.
// What manifest.json does not declare is refused as WeChat does.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { vi } from 'vitest'
import { undeclared } from '../../e2e/weapp/declared.js'

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
  /** Where the pages were begun anew, and which tab was gone to. */
  went: [] as string[],
  /** What stands in app.json; a test may take something out. */
  app: declared(),
  /** Where the phone is, and the place that is chosen; words are those of WeChat's failure. */
  location: 'auth deny' as string | { latitude: number; longitude: number; accuracy: number },
  place: 'cancel' as string | { name: string; latitude: number; longitude: number },
  /** How the program was opened, and the size of WeChat's letters. */
  scene: 1001,
  letters: 17 as number | undefined,
  /** What was said in passing. */
  toasts: [] as string[],
  clipboard: '' as string | null,
  /** WeChat has fetched a new version; and how often one was begun. */
  fetched: [] as (() => void)[],
  begun: 0,
  /** What the phone's storage refuses: a full one keeps nothing new, a private window nothing at all. */
  refuses: '' as '' | 'full' | 'private',
  reset() {
    this.store.clear()
    this.refuses = ''
    this.app = declared()
    this.location = 'auth deny'
    this.place = 'cancel'
    this.scene = 1001
    this.letters = 17
    this.toasts = []
    this.clipboard = ''
    this.fetched = []
    this.begun = 0
    this.went = []
    this.sent = []
    this.answer = async () => 'offline'
    this.files = []
    this.fileAnswer = async () => 'offline'
    this.network = []
  },
}

function declared(): { requiredPrivateInfos: string[]; permission: Record<string, { desc: string }> } {
  return JSON.parse(readFileSync(join(__dirname, '../src/manifest.json'), 'utf8'))['mp-weixin']
}

interface Asked {
  success: (got: object) => void
  fail: (failed: { errMsg: string }) => void
}

/** Gives what the phone has, or refuses as WeChat does. */
const placeCall =
  (name: 'getLocation' | 'chooseLocation', has: () => string | object) =>
  ({ success, fail }: Asked) => {
    const refusal = undeclared(phone.app, name)
    const got = has()
    if (refusal) fail({ errMsg: refusal })
    else if (typeof got === 'string') fail({ errMsg: `${name}:fail ${got}` })
    else success({ ...got, errMsg: `${name}:ok` })
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
  getLocation: placeCall('getLocation', () => phone.location),
  chooseLocation: placeCall('chooseLocation', () => phone.place),
  setClipboardData({ data, success, fail }: Asked & { data: string }) {
    if (phone.clipboard === null) return fail({ errMsg: 'setClipboardData:fail api scope is not declared in the privacy agreement' })
    phone.clipboard = data
    success({})
  },
  showToast: ({ title }: { title: string }) => phone.toasts.push(title),
  getLaunchOptionsSync: () => ({ path: 'pages/home/index', scene: phone.scene }),
  getAppBaseInfo: () => ({ fontSizeSetting: phone.letters }),
  getUpdateManager: () => ({ onUpdateReady: (tell: () => void) => phone.fetched.push(tell), applyUpdate: () => phone.begun++ }),
  reLaunch: ({ url }: { url: string }) => phone.went.push(url),
  switchTab: ({ url }: { url: string }) => phone.went.push(url),
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
vi.stubGlobal('getCurrentPages', () => []) // the page was opened by itself
const hook = () => {}
vi.mock('@dcloudio/uni-app', () => ({
  ...{ onHide: hook, onLoad: hook, onPullDownRefresh: hook, onReachBottom: hook, onShow: hook, onUnload: hook },
}))

/** Somebody is signed in, and nothing else is known to the phone: what a page finds that is begun anew. */
export function signedIn(as: object = person) {
  phone.reset()
  phone.store.set('yimi.tokens', { access: 'kept', refresh: 'r' })
  phone.store.set('yimi.person', as)
}

/** What was sent of a method to the end of an address, in its order. */
export const sentTo = (method: string, end: string) =>
  phone.sent.filter((one) => one.method === method && one.url.split('?')[0].endsWith(end)).map((one) => one.data)

export const ok = (data: unknown, statusCode = 200) => ({ statusCode, data })
export const refused = (statusCode: number, code: string) => ({
  statusCode,
  data: { type: 'about:blank', title: '', status: statusCode, code, detail: `说明 ${code}`, request_id: 'r1' },
})
export const person = {
  id: 7,
  name: '林晓雯',
  is_volunteer: true,
  show_on_leaderboard: false,
  roles: [{ role: 'volunteer' }],
  skills: [],
  minutes_total: 0,
  entries_total: 0,
  star: 0,
  unread_notices: 0,
}
export const sessionOf = (n: number) => ({ access_token: `access-${n}`, refresh_token: `refresh-${n}`, expires_in: 900, person })
