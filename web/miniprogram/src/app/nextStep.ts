// What happens next with a request, in plain words, and how far it has come.
import type { Schemas } from '@yimi/client'
import { day, spokenDay, spokenTime, time } from '@yimi/words/format'
import type { Step } from '@/ui/Timeline.vue'

type Request = Schemas['Request']
type Action = Schemas['RequestAction']
type Line = Schemas['TimelineLine']

export interface NextStep {
  /** 下一步，请您: it is for the person; else it says what the station is at. */
  key: string
  mine: boolean
  what: string
  cap?: string
  /** The one thing to press: mends, rates, calls, asks for something else. */
  act?: { name: 'edit' | 'rate' | 'call' | 'services' | 'time'; text: string }
}

const YOURS = '下一步，请您'
const OURS = '接下来'

/** How a moment reads: 11月27日 周四 14:00, in large letters 明天 下午 2:00. */
export const moment = (iso: string, elder = false) => (elder ? `${spokenDay(iso)} ${spokenTime(iso)}` : `${day(iso)} ${time(iso)}`)

/** The visit that is arranged, or a slot that is still held. */
export function standing(of: Request, now = Date.now()): Schemas['Booking'] | undefined {
  const { booking } = of
  if (!booking || (booking.state !== 'booked' && booking.state !== 'held')) return undefined
  return booking.state === 'held' && booking.hold_expires_at && Date.parse(booking.hold_expires_at) <= now ? undefined : booking
}

/** Lists do not say what may be done: there the words stand without the button. */
const may = (of: Request, action: Action) => of.actions.includes(action)
/** Done, and not yet rated by who asked. */
export const toRate = (of: Request) => of.mine && of.state === 'completed' && of.rating === undefined
const worker = (of: Request) => (of.worker_name ? `${of.worker_name}社工` : '社工')
const placeOf = (of: Request) => standing(of)?.place || of.place || '社工站'

/** What the person does at the time: comes, waits at home, keeps the phone at hand. */
const ATTEND: Record<Schemas['ServiceWay'], (of: Request) => { what: string; cap: string }> = {
  station: (of) => ({ what: '到场', cap: `${placeOf(of)}，${worker(of)}等您` }),
  home: (of) => ({ what: '在家等', cap: `${worker(of)}上门` }),
  phone: (of) => ({ what: '等电话', cap: `${worker(of)}打给您` }),
  video: (of) => ({ what: '等视频', cap: `${worker(of)}用微信视频找您` }),
}

export function nextStep(of: Request, elder = false, now = Date.now()): NextStep {
  const asked = of.time_asked_at && standing(of, now)
  if (asked && Date.parse(asked.starts_at) > now)
    return {
      key: YOURS,
      mine: true,
      what: '请另选一个时间',
      cap: `${asked.provider_name}社工 ${moment(asked.starts_at, elder)} 不在。选好以前，这个时间还给您留着`,
      ...(may(of, 'reschedule') ? { act: { name: 'time', text: '去选时间' } } : {}),
    }
  return STATES[of.state](of, elder, now)
}

const STATES: Record<Request['state'], (of: Request, elder: boolean, now: number) => NextStep> = {
  draft: (of) => ({
    key: YOURS,
    mine: true,
    what: '填完，交给社工站',
    cap: '还没有提交，社工站看不到',
    ...(may(of, 'edit') ? { act: { name: 'edit', text: '接着填' } } : {}),
  }),
  submitted(of, elder, now) {
    const held = standing(of, now)
    const keeps = held
      ? `您选的 ${moment(held.starts_at, elder)}，先给您留${held.hold_expires_at ? `到 ${moment(held.hold_expires_at, elder)}` : '着'}`
      : of.mode === 'booking'
        ? '您选的时间暂时不留了，通过时再和您对'
        : '有了回音会发消息告诉您'
    const call: NextStep['act'] = of.unit_phone ? { name: 'call', text: '打电话问一问' } : undefined
    if (of.urgency === 'urgent' && of.unit_phone && !of.overdue)
      return {
        key: '很急的事，现在就打电话',
        mine: false,
        what: of.unit_phone,
        cap: `不用等回复。写下的社工站也会看${of.respond_by ? `，${moment(of.respond_by, elder)} 前回复您` : ''}`,
        act: { name: 'call', text: '现在就打' },
      }
    if (of.overdue)
      return {
        key: OURS,
        mine: false,
        what: '社工站该回复了，还没有回',
        cap: '比说好的晚了，打个电话催一催',
        ...(call ? { act: call } : {}),
      }
    return { key: OURS, mine: false, what: of.respond_by ? `${moment(of.respond_by, elder)} 前回复您` : '等社工站回复', cap: keeps }
  },
  returned: (of) => ({
    key: YOURS,
    mine: true,
    what: '补充一下，再提交',
    cap: of.reason,
    ...(may(of, 'edit') ? { act: { name: 'edit', text: '去补充' } } : {}),
  }),
  approved: (of, elder) =>
    of.shift
      ? { key: OURS, mine: false, what: `${moment(of.shift.starts_at, elder)} 志愿者来`, cap: `已有 ${of.shift.taken} 位志愿者报名` }
      : { key: OURS, mine: false, what: '社工站正在安排社工', cap: '安排好会发消息告诉您' },
  rejected: (of) => ({
    key: '这次没有通过',
    mine: false,
    what: of.reason || '社工站没有接这份申请',
    cap: '想不通的地方，可以打电话问；也可以看看别的服务',
    act: { name: 'services', text: '看看别的服务' },
  }),
  assigned(of) {
    if (!of.accepted) return { key: OURS, mine: false, what: `等${worker(of)}接单`, cap: '接单后就和您约时间' }
    return { key: OURS, mine: false, what: `${worker(of)}会联系您`, cap: '约好时间，这里就能看到' }
  },
  scheduled(of, elder, now) {
    const booking = standing(of, now)
    if (!booking)
      return {
        key: OURS,
        mine: false,
        what: of.shift ? `${moment(of.shift.starts_at, elder)} 志愿者来` : `${worker(of)}会来`,
        cap: '时间有变化会告诉您',
      }
    const attend = ATTEND[booking.way](of)
    const past = Date.parse(booking.ends_at) < now
    return {
      key: past ? OURS : YOURS,
      mine: !past,
      what: `${moment(booking.starts_at, elder)} ${attend.what}`,
      cap: past ? `等${worker(of)}写服务记录` : attend.cap,
    }
  },
  in_service(of, elder, now) {
    const booking = standing(of, now)
    const under = of.visits?.some((one) => !one.ended_at)
    if (under) return { key: '正在进行', mine: false, what: '正在为您服务', cap: of.worker_name ? `${worker(of)}陪着您` : '' }
    if (!booking) return { key: OURS, mine: false, what: '服务还会继续', cap: `${worker(of)}会和您约下一次` }
    const attend = ATTEND[booking.way](of)
    return { key: YOURS, mine: true, what: `${moment(booking.starts_at, elder)} ${attend.what}`, cap: attend.cap }
  },
  completed: (of) =>
    toRate(of)
      ? {
          key: YOURS,
          mine: true,
          what: '说说这次服务怎么样',
          cap: '大约 1 分钟',
          ...(may(of, 'rate') ? { act: { name: 'rate', text: '去评价' } as const } : {}),
        }
      : { key: '办完了', mine: false, what: of.rating ? '谢谢您的评价' : '服务已经完成', cap: '社工站看过记录就结案' },
  closed: (of) => ({
    key: '办完了',
    mine: false,
    what: of.rating ? '谢谢您的评价' : '这件事已经结案',
    cap: '以后有需要，再来申请',
    ...(may(of, 'rate') ? { act: { name: 'rate', text: '去评价' } as const } : {}),
  }),
  cancelled: (of) => ({
    key: '已经取消',
    mine: false,
    what: of.reason || '这份申请不办了',
    cap: '还需要的话，可以再申请',
    act: { name: 'services', text: '看全部服务' },
  }),
  referred: (of) => ({
    key: OURS,
    mine: false,
    what: of.referral ? `${of.referral.to_name}会和您联系` : '另一家机构会和您联系',
    cap: of.referral?.reason,
  }),
}

// ---- how far it has come ----
const DONE: Partial<Record<Action, string>> = {
  create: '开始填写',
  submit: '已提交',
  approve: '站点已通过',
  reject: '没有通过',
  return: '请您补充',
  refer: '转给别处办',
  receive: '对方已接收',
  send_back: '转回社工站',
  assign: '已安排社工',
  accept: '社工已接单',
  hand_back: '要换一位社工',
  hand_over: '换了社工',
  unassign: '正在另外安排社工',
  schedule: '约好时间',
  reschedule: '改了时间',
  offer_times: '请您另选时间',
  volunteers: '请志愿者来帮',
  start: '开始服务',
  finish: '这一次服务好了',
  complete: '服务完成',
  no_show: '到时没有等到人',
  reopen: '接着办',
  close: '已结案',
  cancel: '已取消',
  rate: '您评价了',
  follow_up: '社工站回访了',
}

/** What a line says happened; nothing for what is shown elsewhere (messages, files) or is not for the person. */
const whatOf = (line: Line) => DONE[line.action] ?? ''

const WAITING: Record<Schemas['ServiceWay'], string> = { station: '等待面谈', home: '等社工上门', phone: '等电话', video: '等视频' }
const RATE: Step = { state: 'todo', what: '服务后，请您评价', cap: '大约 1 分钟' }

function nowAndThen(of: Request, elder: boolean): Step[] {
  const booking = standing(of)
  const now = (what: string, cap?: string): Step => ({ state: 'now', what, cap })
  const todo = (what: string): Step => ({ state: 'todo', what })
  const visit = todo({ station: '见面', home: '上门', phone: '通电话', video: '视频' }[of.way])
  switch (of.state) {
    case 'draft':
      return [now('等您提交'), todo('站点回复'), visit, RATE]
    case 'submitted':
      return [now('等站点回复', of.respond_by && `${moment(of.respond_by, elder)} 前`), visit, RATE]
    case 'returned':
      return [now('等您补充'), todo('站点回复'), visit, RATE]
    case 'approved':
      return [now('正在安排社工'), visit, RATE]
    case 'assigned':
      return [now(of.accepted ? '约时间' : '等社工接单'), visit, RATE]
    case 'scheduled':
      return [
        now(
          booking ? WAITING[booking.way] : '等志愿者来',
          booking ? moment(booking.starts_at, elder) : of.shift && moment(of.shift.starts_at, elder),
        ),
        RATE,
      ]
    case 'in_service':
      return [now('正在服务', booking && `下一次 ${moment(booking.starts_at, elder)}`), RATE]
    case 'completed':
      return toRate(of) ? [now('请您评价', '大约 1 分钟'), todo('站点看过，结案')] : [now('等站点结案')]
    case 'referred':
      return [now('对方会联系您')]
    default:
      return []
  }
}

/** What is done, what it is at, what is to come. The ask's own words stand with the submission; that it was begun goes without saying then. */
export function timelineOf(of: Request, elder = false): Step[] {
  const all = of.timeline ?? []
  const submitted = all.some((one) => one.action === 'submit')
  const lines = all.filter((one) => whatOf(one) && !(submitted && one.action === 'create'))
  const asked = lines.map((one) => one.action === 'submit').lastIndexOf(true)
  const done = lines.map((line, n): Step => {
    const note = n === asked ? `“${of.words}”` : line.text
    return {
      state: 'done',
      what: whatOf(line),
      cap: [moment(line.at, elder), line.by_name].filter(Boolean).join(' · '),
      ...(note ? { note } : {}),
    }
  })
  return [...done, ...nowAndThen(of, elder)]
}

/** What was said to and fro. */
export const messagesOf = (of: Request) => (of.timeline ?? []).filter((one) => one.action === 'message')

/** Whether the time of the visit can still be changed by oneself; later it takes a call. */
export const changeable = (of: Request, now = Date.now()) => !!of.time_asked_at || !of.change_until || now < Date.parse(of.change_until)
