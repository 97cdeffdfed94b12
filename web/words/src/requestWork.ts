// What staff do with a service request: the natural next act, and the words for all of them.
import type { Schemas } from '@yimi/client'
import { day, isoDate, monthDay, time, when, type When } from './format'
import { RELATIONS, WAYS } from './requestWords'

type Request = Schemas['Request']
type Action = Schemas['RequestAction']

/** How times are said: as the desk writes them, or as the phone's large letters speak them. */
export interface Spoken {
  when: (from: When, to: When) => string
  time: (at: When) => string
}

const WRITTEN: Spoken = { when, time }

/** A step in time, as a timeline shows it. */
export interface Step {
  state: 'done' | 'now' | 'todo'
  what: string
  /** When and who. */
  cap?: string
  note?: string
}

// ---- decisions ----

/** Whether a yes or no of mine would count: not for my own request. */
export function decidable(of: Request): boolean {
  return of.state === 'submitted' && !of.mine
}

/** Whether a yes would go through as far as can be seen here. */
export function approvable(of: Request): boolean {
  return decidable(of) && !of.guardian_missing
}

/** 马秀兰 为本人 81岁, 丁玉华 为父母 王玉珍 76岁 */
export function whoForWhom(of: Pick<Request, 'person_name' | 'relation' | 'beneficiary_name' | 'age'>): string {
  const whom = of.relation === 'self' ? '为本人' : `为${RELATIONS[of.relation]} ${of.beneficiary_name}`
  return `${of.person_name} ${whom}${of.age === undefined ? '' : ` ${of.age}岁`}`
}

// ---- the clock ----

const MINUTE = 60_000

/** 25 分钟, 3 小时, 4 天: about how long, for what is left or late. */
export function about(minutes: number): string {
  if (minutes < 60) return `${Math.max(1, Math.floor(minutes))} 分钟`
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} 小时`
  return `${Math.floor(minutes / 1440)} 天`
}

/** Until when an answer was promised, while it is owed. Null when nothing is. */
export function clockOf(
  of: Pick<Request, 'state' | 'respond_by' | 'overdue'>,
  now: When = Date.now(),
  { time }: Spoken = WRITTEN,
): { late: boolean; text: string } | null {
  if (of.state !== 'submitted' || !of.respond_by) return null
  const minutes = (Date.parse(of.respond_by) - Number(new Date(now))) / MINUTE
  if (of.overdue || minutes < 0)
    return { late: true, text: `超时 ${about(-minutes)}，应在 ${monthDay(of.respond_by)} ${time(of.respond_by)} 前答复` }
  return { late: false, text: `${monthDay(of.respond_by)} ${time(of.respond_by)} 前答复，还有 ${about(minutes)}` }
}

// ---- acts ----

/** What a member of staff may press. `time` is to set a time and to change it; `mend` to complete what a caller's request lacked and submit it again. */
export type Act =
  | 'mend'
  | 'approve'
  | 'return'
  | 'reject'
  | 'refer'
  | 'receive'
  | 'send_back'
  | 'assign'
  | 'time'
  | 'volunteers'
  | 'start'
  | 'finish'
  | 'complete'
  | 'no_show'
  | 'follow_up'
  | 'close'
  | 'reopen'
  | 'message'
  | 'note'
  | 'cancel'

interface ActWords {
  word: string
  icon: string
  means: string
}

const ACTS: Record<Act, ActWords> = {
  mend: { word: '补好再交', icon: 'edit', means: '打电话问清楚，替他补上' },
  approve: { word: '通过', icon: 'check', means: '马上告诉申请人' },
  receive: { word: '收下来办', icon: 'check', means: '由我们站审批、安排' },
  assign: { word: '安排社工', icon: 'team', means: '从合适的人里选一位' },
  time: { word: '约时间', icon: 'calendar', means: '日期、几点、多久都可以定' },
  volunteers: { word: '请志愿者来办', icon: 'activities', means: '发布一个活动，志愿者来报名' },
  start: { word: '开始服务', icon: 'clock', means: '人到了，从现在开始记' },
  finish: { word: '结束这一次', icon: 'edit', means: '记下做了什么，以后还要再来' },
  complete: { word: '服务都做完了', icon: 'check', means: '等审核结案，请居民评价' },
  close: { word: '审核结案', icon: 'certificate', means: '看过服务记录，没有要再办的' },
  follow_up: { word: '记下回访', icon: 'phone', means: '打过电话了，写下说了什么' },
  return: { word: '退回补充', icon: 'edit', means: '缺什么写明白，补好再交' },
  refer: { word: '转给别处', icon: 'share', means: '别的站，或社会组织；要本人同意' },
  send_back: { word: '退回原来的站', icon: 'left', means: '我们办不了，写明原因' },
  no_show: { word: '没有见到人', icon: 'warning', means: '到了时间没有人，重新约' },
  reopen: { word: '还要再办', icon: 'refresh', means: '退给社工接着办' },
  message: { word: '给申请人留言', icon: 'chat', means: '申请人和社工都看得到' },
  note: { word: '写内部备注', icon: 'lock', means: '申请人看不到' },
  reject: { word: '不通过', icon: 'close', means: '原因会原样告诉申请人' },
  cancel: { word: '取消申请', icon: 'close', means: '取消以后不能恢复' },
}

const ORDER = Object.keys(ACTS) as Act[]

/** What may be pressed now, in the order of the sheet. */
export function actsOf(of: Request): Act[] {
  const can = (action: Action) => of.actions.includes(action)
  return ORDER.filter((act) =>
    act === 'time' ? can('schedule') || can('reschedule') : act === 'mend' ? of.state === 'returned' && can('edit') : can(act),
  )
}

/** The time that stands, or that was wished for while nobody has said yes; a visit that is over or called off is none. */
export function standing(of: Pick<Request, 'state' | 'booking'>): Schemas['Booking'] | null {
  const { booking } = of
  return booking && (of.state === 'submitted' || booking.state === 'held' || booking.state === 'booked') ? booking : null
}

export function wordsOf(act: Act, of: Request): ActWords {
  const words = ACTS[act]
  if (act === 'assign' && of.worker_id) return { ...words, word: '换一位社工', means: '原来的社工不再办这一件' }
  if (act === 'time' && standing(of)) return { ...words, word: '改时间', means: '新的时间会马上告诉申请人' }
  return words
}

/** The visit under way, if there is one. */
export function visitOpen(of: Request) {
  return (of.visits ?? []).find((visit) => !visit.ended_at) ?? null
}

/** The one thing to do next, where it is ours to do; null while it waits for somebody else. */
export function naturalAct(of: Request, now: number = Date.now()): Act | null {
  const acts = actsOf(of)
  return wanted(of, now).find((act) => acts.includes(act)) ?? null
}

/** A visit is the worker's to begin and to end; ours only where volunteers meet the request. */
function wanted(of: Request, now: number): Act[] {
  switch (of.state) {
    case 'draft':
    case 'returned':
      return ['mend']
    case 'submitted':
      return of.guardian_missing ? ['return'] : ['approve']
    case 'referred':
      return of.referral?.unit_id ? ['receive'] : ['close']
    case 'approved':
      return ['assign']
    case 'assigned':
      return of.accepted ? ['time'] : []
    case 'scheduled':
      return of.shift && now >= Date.parse(of.shift.starts_at) - 30 * MINUTE ? ['start'] : []
    case 'in_service':
      return of.worker_id ? [] : ['complete']
    case 'completed':
      return lowRating(of) ? ['follow_up', 'close'] : ['close']
    case 'closed':
      return ['follow_up']
    default:
      return []
  }
}

function lowRating(of: Request): boolean {
  return of.rating !== undefined && of.rating <= 2 && !of.followed_up
}

// ---- the next step, in words ----

export interface Next {
  title: string
  line: string
  /** Whose turn: the card says 下一步 or 在等. */
  ours: boolean
}

type Said = Spoken['when']

/** What comes next, for the head of the page; null when all is over. */
export function nextOf(of: Request, { when: said }: Spoken = WRITTEN): Next | null {
  const shift = of.shift
  switch (of.state) {
    case 'submitted':
      if (of.mine) return { title: '等同事来审批', line: '自己的申请，要请另一位工作人员办', ours: false }
      if (of.guardian_missing) return { title: '先请他补上监护人同意', line: '服务对象未满 18 岁，没有监护人同意不能通过', ours: true }
      return of.mode === 'booking' && of.booking
        ? {
            title: '看看能不能通过',
            line: `想约 ${said(of.booking.starts_at, of.booking.ends_at)}，${of.booking.provider_name}${of.booking.state === 'held' ? '' : '。没有再留着，通过时才占'}`,
            ours: true,
          }
        : { title: '看看能不能通过', line: '通过时可以一起安排社工', ours: true }
    case 'returned':
      return actsOf(of).includes('mend')
        ? { title: '补好再交', line: of.reason ? `缺的是：${of.reason}` : '打电话问清楚，替他补上', ours: true }
        : { title: '等申请人补充', line: of.reason ? `已告诉他：${of.reason}` : '', ours: false }
    case 'referred':
      return of.actions.includes('receive')
        ? { title: '收下，还是退回去', line: '收下以后由我们审批、安排', ours: true }
        : {
            title: of.referral ? `已转给${of.referral.to_name}` : '已转给别处',
            line: of.referral?.unit_id ? '等对方收下' : '对方接上了，这里就可以结案',
            ours: !of.referral?.unit_id,
          }
    case 'approved':
      return { title: '安排一位社工', line: '也可以请志愿者来办', ours: true }
    case 'assigned':
      return of.accepted
        ? { title: '约一个时间', line: `${of.worker_name ?? '社工'}已接单，会和居民联系`, ours: true }
        : { title: `等${of.worker_name ?? '社工'}接单`, line: '太久没接，可以换一位', ours: false }
    case 'scheduled':
      if (shift) return waitsForVolunteers(shift, said)
      return of.booking
        ? {
            title: said(of.booking.starts_at, of.booking.ends_at),
            line: `${WAYS[of.booking.way].text}，${of.booking.provider_name}${of.booking.place ? `，${of.booking.place}` : ''}`,
            ours: false,
          }
        : { title: '等服务', line: '', ours: false }
    case 'in_service':
      return {
        title: visitOpen(of) ? '正在服务' : '还在办',
        line: of.worker_name ? `由${of.worker_name}办，做完会写下服务记录` : '做完后写下服务记录',
        ours: !of.worker_id,
      }
    case 'completed':
      return lowRating(of)
        ? { title: '打个电话问问', line: `居民只评了 ${of.rating} 分`, ours: true }
        : { title: '看过记录就可以结案', line: '还有没办的，退给社工接着办', ours: true }
    case 'closed':
      return of.actions.includes('follow_up') ? { title: '打个电话问问', line: `居民只评了 ${of.rating} 分`, ours: true } : null
    default:
      return null
  }
}

function waitsForVolunteers(shift: Schemas['RequestShift'], said: Said): Next {
  const left = shift.capacity - shift.taken
  return {
    title: said(shift.starts_at, shift.ends_at),
    line: left > 0 ? `请志愿者来办，还差 ${left} 人报名` : '志愿者都报齐了',
    ours: false,
  }
}

// ---- what was done ----

const DONE: Record<Action, string> = {
  create: '开始填写',
  edit: '改了内容',
  submit: '已提交',
  approve: '已通过',
  reject: '没有通过',
  return: '退回补充',
  refer: '已转介',
  receive: '对方已收下',
  send_back: '退回原来的站',
  assign: '已安排社工',
  accept: '社工接单',
  hand_back: '社工交回',
  hand_over: '转交给同事',
  unassign: '放回待安排',
  schedule: '约好时间',
  reschedule: '改了时间',
  offer_times: '请他另选时间',
  volunteers: '请志愿者来办',
  start: '开始服务',
  finish: '结束一次服务',
  complete: '服务做完了',
  no_show: '没有见到人',
  reopen: '还要再办',
  close: '已结案',
  cancel: '已取消',
  rate: '居民评价',
  follow_up: '已回访',
  message: '留言',
  note: '内部备注',
  case_note: '写了个案记录',
  attach: '添加了附件',
}

const ROLES: Record<NonNullable<Schemas['TimelineLine']['by_role']>, string> = {
  resident: '申请人',
  staff: '工作人员',
  worker: '社工',
  system: '系统',
}

/** The timeline with what is awaited as its last step. */
export function stepsOf(of: Request, spoken: Spoken = WRITTEN): Step[] {
  const done: Step[] = (of.timeline ?? []).map((line) => ({
    state: 'done',
    what: DONE[line.action],
    cap: [`${day(line.at)} ${spoken.time(line.at)}`, byOf(line)].filter(Boolean).join(' · '),
    note: line.text,
  }))
  const next = nextOf(of, spoken)
  const clock = clockOf(of, Date.now(), spoken)
  return next ? [...done, { state: 'now', what: next.title, cap: clock?.text ?? next.line }] : done
}

function byOf({ by_name, by_role }: Schemas['TimelineLine']): string {
  if (!by_name) return by_role ? ROLES[by_role] : ''
  return by_role === 'worker' || by_role === 'staff' ? `${by_name} ${ROLES[by_role]}` : by_name
}

// ---- candidates ----

/** 本站, 上下级, 邻近的站, 远一些的站: by steps in the tree of units. */
export function distanceWord(steps: number): string {
  return ['本站', '上下级', '邻近的站'][steps] ?? '远一些的站'
}

// ---- times ----

/** When a visit began, by the clock on the day that start was pressed; the night before when that is still to come. */
export function beganAt(pressed: string, clock: string, now = Date.now()): string {
  const same = Date.parse(`${isoDate(pressed)}T${clock}:00+08:00`)
  return new Date(same > now ? same - 86_400_000 : same).toISOString()
}

/** When a visit ended that began at `start`, by the clock: past midnight when the clock reads earlier; never before the start, which has seconds. */
export function endedAt(start: string, clock: string): string {
  const began = Date.parse(start)
  const same = Date.parse(`${isoDate(began)}T${clock}:00+08:00`)
  return new Date(same + MINUTE > began ? Math.max(same, began) : same + 86_400_000).toISOString()
}

/** Free times to choose from, each once: two workers may be free at one time, and then it is better the one who has the request. */
export function freeTimes(slots: Schemas['Slot'][], providerId?: number): Schemas['Slot'][] {
  const own = (slot: Schemas['Slot']) => slot.provider_id === providerId
  return slots.filter(
    (slot, n) => !slots.some((other, m) => other.starts_at === slot.starts_at && other !== slot && (own(other) || (!own(slot) && m < n))),
  )
}

// ---- what everybody sees ----

/** Whether public words give away a name or an address of the request. Names of one letter are not looked for. */
export function tellsWho(words: string, secrets: (string | undefined)[]): boolean {
  return secrets.some((secret) => secret !== undefined && [...secret].length >= 2 && words.includes(secret))
}

/** 47 KB, 1.2 MB */
export function fileSize(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${Math.round((bytes / 1024 / 1024) * 10) / 10} MB`
}
