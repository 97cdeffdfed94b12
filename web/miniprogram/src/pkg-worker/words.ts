// The contract's words for what happened to a request, as a worker reads them.
import type { Schemas } from '@yimi/client'
import type { Step } from '@/ui/Timeline.vue'
import type { TagWords } from '@yimi/words/labels'
import { WAYS } from '@yimi/words/requestWords'
import { agoSaid } from '@/app/said'

type Line = Schemas['TimelineLine']

const DONE: Record<Schemas['RequestAction'], string> = {
  create: '写好申请',
  edit: '改了申请',
  submit: '已提交',
  approve: '站点已通过',
  reject: '站点没有通过',
  return: '退回补充',
  refer: '转介',
  receive: '已接收',
  send_back: '退回原单位',
  assign: '已安排社工',
  accept: '社工已接单',
  hand_back: '社工交回',
  hand_over: '换了社工',
  unassign: '放回待安排',
  schedule: '约好时间',
  reschedule: '改了时间',
  offer_times: '请他另选时间',
  volunteers: '请志愿者来做',
  start: '开始服务',
  finish: '一次服务做完',
  complete: '全部完成',
  no_show: '没有等到人',
  reopen: '还要接着办',
  close: '已结案',
  cancel: '已取消',
  rate: '已评价',
  follow_up: '已回访',
  message: '留言',
  note: '内部备注',
  case_note: '保密记录',
  attach: '加了附件',
}

/** What was done so far. Messages have a place of their own on the page. */
export function timelineSteps(lines: Line[]): Step[] {
  return lines
    .filter((one) => one.action !== 'message')
    .map((one) => ({
      state: 'done',
      what: DONE[one.action],
      cap: [agoSaid(one.at), one.by_name].filter(Boolean).join(' · '),
      note: one.text,
    }))
}

export const messagesOf = (lines: Line[]) => lines.filter((one) => one.action === 'message')

export const ROLES: Record<NonNullable<Line['by_role']>, string> = { resident: '申请人', staff: '站点', worker: '社工', system: '' }

const BOOKINGS: Record<Schemas['BookingState'], TagWords> = {
  held: { text: '暂留', tone: 'wait' },
  booked: { text: '已约', tone: 'ok' },
  done: { text: '已完成', tone: 'ok', icon: 'check' },
  no_show: { text: '没来', tone: 'bad' },
  cancelled: { text: '已取消', tone: undefined },
  lapsed: { text: '没有约成', tone: undefined },
}
export const bookingTag = (state: Schemas['BookingState']) => BOOKINGS[state]

/** 林国栋 · 69 岁: whom a worker meets. */
export function whoOf(of: Pick<Schemas['Request'], 'beneficiary_name' | 'age'>): string {
  return of.age === undefined ? of.beneficiary_name : `${of.beneficiary_name} · ${of.age} 岁`
}

/** The answers to a question; yes and no are said in words. */
export function answerOf({ values }: Pick<Schemas['Answer'], 'values'>): string {
  return values.map((one) => ({ yes: '是', no: '否' })[one] ?? one).join('、')
}

/** 社工站二楼 谈心室, or how it is done: 上门. */
export function whereOf(of: { way: Schemas['ServiceWay']; place?: string }): string {
  return of.way === 'station' && of.place ? of.place : WAYS[of.way].text
}

/** Where a visit is, as the record says it. */
export function placeFor(of: { way: Schemas['ServiceWay']; place?: string }): string {
  return { home: '上门', station: of.place || '社工站', phone: '电话', video: '视频' }[of.way]
}
