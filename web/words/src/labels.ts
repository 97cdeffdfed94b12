// How sign-ups, people and campaigns are named and shown on more than one page.
import type { Schemas } from '@yimi/client'
import { hours } from './format'

export interface TagWords {
  text: string
  tone: 'ok' | 'wait' | 'info' | 'bad' | 'edit' | undefined
  icon?: string
}

const SIGNUP: Record<Schemas['SignupState'], TagWords> = {
  pending: { text: '待审核', tone: 'wait' },
  waitlisted: { text: '候补', tone: 'wait' },
  offered: { text: '待您确认', tone: 'wait', icon: 'bell' },
  confirmed: { text: '已报名', tone: 'ok' },
  attended: { text: '已到场', tone: 'ok', icon: 'check' },
  absent: { text: '未到场', tone: 'bad' },
  rejected: { text: '未通过', tone: 'bad' },
  cancelled: { text: '已取消', tone: undefined },
  lapsed: { text: '已过期', tone: undefined },
}

interface SignupLike {
  state: Schemas['SignupState']
  position?: number
  checked_in_at?: string
  checked_out_at?: string
}

/** The tag of a sign-up: 已报名, 候补第 4 位, 已签到. */
export function signupTag(of: SignupLike): TagWords {
  if (of.state === 'waitlisted' && of.position) return { ...SIGNUP.waitlisted, text: `候补第 ${of.position} 位` }
  if (of.state === 'confirmed' && of.checked_out_at) return { text: '已签退', tone: 'ok', icon: 'check' }
  if (of.state === 'confirmed' && of.checked_in_at) return { text: '已签到', tone: 'info', icon: 'check' }
  return SIGNUP[of.state]
}

/** Whether it still holds or waits for a place. */
export function holds(state: Schemas['SignupState']): boolean {
  return state === 'pending' || state === 'waitlisted' || state === 'offered' || state === 'confirmed'
}

export const SKILLS: Record<Schemas['Skill'], string> = {
  first_aid: '急救',
  nursing: '护理',
  counselling: '心理疏导',
  teaching: '辅导功课',
  law: '法律',
  driving: '开车',
  haircut: '理发',
  repair: '维修',
  art: '文艺',
  sign_language: '手语',
}

export const SEXES: Record<Schemas['Sex'], string> = { female: '女', male: '男', unknown: '不说' }

/** 4 小时, 30 分钟: how long, in the middle of a sentence. */
export function howLong(minutes: number): string {
  return minutes < 60 ? `${minutes} 分钟` : hours(minutes)
}
