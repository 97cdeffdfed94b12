// What a refusal says to a person: what happened, what was not done, what to do now.
import type { Problem } from '@yimi/client'

/** `act` is for the page to know which was tapped; the first choice is the primary one. */
export interface Choice {
  act: string
  text: string
  /** The page it leads to, wherever the refusal was shown. */
  url?: string
}

export interface RefusalText {
  title: string
  /** What happened, and what was not done. */
  detail: string
  choices: Choice[]
  /** For the station, when nobody knows better. */
  requestId?: string
}

const CLOSE: Choice = { act: 'close', text: '知道了' }
const RETRY: Choice = { act: 'retry', text: '再试一次' }
const RELOAD: Choice = { act: 'reload', text: '看看现在的情况' }
/** Begins the program anew, with its newest version; the same on every page. */
const RESTART: Choice = { act: 'restart', text: '重新打开' }
const SIGN_IN: Choice = { act: 'sign_in', text: '重新登录' }

interface Words {
  title: string
  /** Only where the server's own detail would not do. */
  detail?: string
  choices?: Choice[]
}

const BY_CODE: Record<string, Words> = {
  offline: { title: '现在连不上网', detail: '刚才的内容还没有提交，已留在手机里。连上网再交，不会重复。', choices: [RETRY] },
  client_too_old: { title: '请更新小程序', choices: [RESTART] },
  shift_full: {
    title: '这一班刚好满了',
    choices: [
      { act: 'waitlist', text: '排候补' },
      { act: 'other_shift', text: '看看别的班次' },
    ],
  },
  slot_taken: { title: '这个时间刚被约走', choices: [{ act: 'other_slot', text: '换个时间' }] },
  slot_unavailable: { title: '这个时间约不了', choices: [{ act: 'other_slot', text: '换个时间' }] },
  too_many_bookings: { title: '约得够多了', choices: [{ act: 'requests', text: '看我约了哪些', url: '/pkg-request/requests' }] },
  booked_at_once: { title: '这个时间有别的约', choices: [{ act: 'other_slot', text: '换个时间' }] },
  too_many_reschedules: { title: '不能再自己改了', choices: [{ act: 'call', text: '打电话给社工站' }] },
  not_in_target_group: { title: '这项服务不适合这位', choices: [{ act: 'services', text: '看看别的服务' }] },
  guardian_consent_missing: { title: '要监护人同意', choices: [{ act: 'who', text: '去点同意' }] },
  consent_missing: { title: '要写明对方怎么同意的', choices: [{ act: 'who', text: '去写上' }] },
  no_station: { title: '还不知道归哪个社工站管', choices: [{ act: 'profile', text: '去选社区' }] },
  cancel_too_late: { title: '现在不能自己改了', choices: [{ act: 'call', text: '打电话给社工站' }] },
  visit_no_minutes: {
    title: '不到 1 分钟，对吗？',
    choices: [
      { act: 'close', text: '回去改时间' },
      { act: 'sure', text: '就是 0 分钟' },
    ],
  },
  attachment_seen: { title: '对方已经看过了' },
  heic_attachment: { title: '这种图片别人打不开' },
  picture_too_large: { title: '图片太大了' },
  bad_attachment: { title: '这个文件传不了' },
  too_many_attachments: { title: '图片已经够多了' },
  body_too_large: { title: '文件太大了' },
  name_missing: { title: '先写上您的名字', choices: [{ act: 'profile', text: '去填我的资料' }] },
  service_not_offered: { title: '这项服务现在不办', choices: [{ act: 'services', text: '看看别的服务' }] },
  too_many_beneficiaries: { title: '家人已经记满了' },
  already_rated: { title: '您已经评价过了', choices: [RELOAD] },
  already_signed_up: { title: '您已经报过名了', choices: [{ act: 'my_signups', text: '看我的报名' }] },
  bad_transition: { title: '情况有变化', choices: [RELOAD] },
  capacity_below_taken: {
    title: '名额不能少于已报名人数',
    detail: '名额没有改，已报名的人都还在。可以先请人换班，再减名额。',
    choices: [{ act: 'attendance', text: '看这一班的名单' }],
  },
  shift_started: {
    title: '这一班已经开始了',
    detail: '班次没有改。到场的情况，在名单上处理。',
    choices: [{ act: 'attendance', text: '看这一班的名单' }],
  },
  shift_in_past: { title: '这个时间已经过去了', detail: '还没有保存。请选以后的时间。' },
  outside_campaign: { title: '不在服务品牌的日期里' },
  campaign_over: { title: '这个服务品牌已经结束了' },
  shifts_beyond: { title: '还有班次在这以后' },
  no_shift: {
    title: '还没有可以报名的班次',
    detail: '活动没有发布，草稿已保存。加一个班次就能发布。',
    choices: [{ act: 'add_shift', text: '加班次' }],
  },
  attendance_open: {
    title: '还不能结束活动',
    detail: '活动没有结束：有班次没结束，或到场还没确认。',
    choices: [{ act: 'attendance', text: '去确认到场' }],
  },
  proposal_open: {
    title: '这一条已在等复核',
    detail: '这次没有提出。先由另一位工作人员复核前面那一条，再提新的。',
    choices: [{ act: 'proposals', text: '看待复核的' }],
  },
  merge_double_booking: { title: '没有合并：时间撞了' },
  merge_double_hours: { title: '没有合并：同一时间记了两次时长' },
  merge_has_roles: { title: '没有合并：这个账号还有工作角色' },
  own_account: { title: '自己的账号要请同事办' },
  dispute_open: { title: '正在核对', choices: [RELOAD] },
  no_correction: { title: '还没有提出更正' },
  password_not_own: { title: '请先改密码', choices: [{ act: 'password', text: '去修改密码', url: '/pkg-me/password' }] },
  own_hours: { title: '自己的时长要请同事办' },
  guardian_required: { title: '要先请监护人同意', choices: [{ act: 'guardian', text: '去请监护人同意' }] },
  ward_decides: { title: '孩子可以自己决定了' },
  phone_invalid: { title: '电话号码不对' },
  identity_invalid: { title: '证件号码不对' },
  identity_mismatch: { title: '和您的资料对不上' },
  phone_missing: { title: '没有留电话' },
  signup_over: { title: '这份报名已经结束了' },
  guardian_code_wrong: { title: '数字不对' },
  invalid_fields: { title: '有内容要改一下' },
  unauthenticated: { title: '请先登录', choices: [SIGN_IN] },
  token_expired: { title: '登录已过期', choices: [SIGN_IN] },
  session_ended: { title: '登录已结束', choices: [SIGN_IN] },
  privacy_consent_needed: { title: '要先同意隐私说明' },
  privacy_version_changed: { title: '说明更新了', choices: [RELOAD] },
  consent_needed: {
    title: '要您单独同意',
    choices: [
      { act: 'consent', text: '看看是怎么用的' },
      { act: 'call', text: '打电话给社工站' },
    ],
  },
  forbidden: { title: '您没有这项权限' },
  not_found: { title: '没有找到' },
  case_passed_on: { title: '这件个案转走了' },
  role_in_use: { title: '手上还有事没有交接' },
  not_of_the_district: { title: '他在本区没有岗位' },
  not_an_adult: { title: '要请监护人自己来同意' },
  // ---- staff and service requests ----
  own_request: { title: '自己的申请要请同事办' },
  worker_not_qualified: { title: '这位社工接不了这项服务', choices: [{ act: 'assign', text: '换一位社工' }] },
  no_account: { title: '发不了消息' },
  no_times: { title: '没有可以选的时间' },
  not_a_worker: { title: '他还不是社工' },
  organisation_or_unit: { title: '转给谁，只能选一个' },
  visit_open: { title: '上一次服务还没有结束' },
  no_visit: { title: '还没有开始服务' },
  service_name_taken: { title: '已经有同名的服务' },
}

const BY_STATUS: Record<number, Words> = {
  400: { title: '内容没有写对' },
  401: { title: '请先登录', choices: [SIGN_IN] },
  403: { title: '您没有这项权限' },
  404: { title: '没有找到' },
  409: { title: '这次没有办成', choices: [RELOAD] },
  422: { title: '还差一点' },
  429: { title: '点得太快了', choices: [RETRY] },
}

const UNKNOWN: Words = { title: '服务器出了点问题', choices: [RETRY] }

/** The page that helps out of a refusal, where it is the same for everybody. */
export const wayOut = (code?: string): Choice | undefined => BY_CODE[code ?? '']?.choices?.find((one) => one.url)

/** The words for a refusal; codes that are not listed keep the server's own detail. */
export function refusalOf(problem: Problem): RefusalText {
  const words = BY_CODE[problem.code] ?? BY_STATUS[problem.status] ?? UNKNOWN
  const choices = [...(words.choices ?? []), CLOSE]
  const text = { title: words.title, detail: words.detail ?? problem.detail, choices }
  return problem.status >= 500 && problem.requestId ? { ...text, requestId: problem.requestId } : text
}
