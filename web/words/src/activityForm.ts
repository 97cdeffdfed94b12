// The form of an activity: what it holds, what of it changed, what is missing.
import type { Schemas } from '@yimi/client'
import { BAD_PHONE, isPhone } from './plain'

type Activity = Schemas['Activity']
type Input = Schemas['ActivityInput']

export interface Form {
  unit_id: number
  campaign_id: number
  title: string
  content: string
  leader_name: string
  contact_phone: string
  place_name: string
  location?: Schemas['Coordinate']
  fence_metres: number
  approval: Schemas['Approval']
  checkin_mode: Schemas['CheckinMode']
  min_age: number
  skills: Schemas['Skill'][]
  risks: string[]
  what_to_bring: string
  insured: boolean
}

/** A weekly series that is not on the server yet. */
export type SeriesDraft = Schemas['SeriesInput']

export function emptyForm(): Form {
  return {
    unit_id: 0,
    campaign_id: 0,
    title: '',
    content: '',
    leader_name: '',
    contact_phone: '',
    place_name: '',
    fence_metres: 0,
    approval: 'automatic',
    checkin_mode: 'staff_code',
    min_age: 14,
    skills: [],
    risks: [''],
    what_to_bring: '',
    insured: false,
  }
}

export function formOf(a: Activity): Form {
  return {
    unit_id: a.unit_id,
    campaign_id: a.campaign.id,
    title: a.title,
    content: a.content,
    leader_name: a.leader_name,
    contact_phone: a.contact_phone,
    place_name: a.place_name,
    location: a.location,
    fence_metres: a.fence_metres ?? 0,
    approval: a.approval,
    checkin_mode: a.checkin_mode,
    min_age: a.min_age,
    skills: [...a.skills],
    risks: a.risks.length ? [...a.risks] : [''],
    what_to_bring: a.what_to_bring ?? '',
    insured: a.insured,
  }
}

/** As the contract wants it: trimmed, without empty lines, without a fence of nothing. */
export function inputOf(form: Form): Input {
  const { fence_metres, location, ...rest } = form
  const text = (words: string) => words.trim()
  return {
    ...rest,
    title: text(form.title),
    content: text(form.content),
    leader_name: text(form.leader_name),
    contact_phone: text(form.contact_phone),
    place_name: text(form.place_name),
    risks: form.risks.map(text).filter(Boolean),
    what_to_bring: text(form.what_to_bring),
    ...(location ? { location } : {}),
    ...(fence_metres ? { fence_metres } : {}),
  }
}

/** Only what differs from what was; the unit stays. */
export function patchOf(form: Form, was: Form): Schemas['ActivityPatch'] {
  const now = { ...inputOf(form), fence_metres: form.fence_metres } as Record<string, unknown>
  const before = { ...inputOf(was), fence_metres: was.fence_metres } as Record<string, unknown>
  const changed = Object.keys(now).filter((key) => key !== 'unit_id' && JSON.stringify(now[key]) !== JSON.stringify(before[key]))
  return Object.fromEntries(changed.map((key) => [key, now[key]]))
}

/** What has to be filled in, by field; empty when all is there. */
export function missingIn(form: Form): Record<string, string> {
  const missing: Record<string, string> = {}
  const need = (name: keyof Form, ok: boolean, words: string) => !ok && (missing[name] = words)
  need('campaign_id', form.campaign_id > 0, '选一个服务品牌')
  need('unit_id', form.unit_id > 0, '选一个站点')
  need('title', form.title.trim().length >= 2, '活动名称至少两个字')
  need('content', form.content.trim() !== '', '写一写活动做什么')
  need('leader_name', form.leader_name.trim() !== '', '写上负责人')
  need('contact_phone', isPhone(form.contact_phone), BAD_PHONE)
  need('place_name', form.place_name.trim() !== '', '写上集合的地点')
  need('fence_metres', form.fence_metres === 0 || form.location !== undefined, '先在地图上选好地点，才能限定签到范围')
  return missing
}
