// The form of an ask: its steps, what is still missing in it, and what is sent.
import type { Schemas } from '@yimi/client'
import { healthInput, healthSaid, type HealthSaid } from '@yimi/words/requestWords'
import { BAD_PHONE, isPhone } from '@yimi/words/plain'

type Service = Schemas['ServiceType']
type Question = Schemas['Question']
type Beneficiary = Schemas['Beneficiary']

export type Step = 'who' | 'slot' | 'confirm'
export const STEP_WORDS: Record<Step, string> = { who: '为谁申请', slot: '选时间', confirm: '确认' }

export interface AskForm {
  /** My own name and community, asked once: of who has said neither yet. */
  name: string
  unit: { id: number; name: string } | null
  /** 0: for myself, with nothing kept about me. */
  beneficiaryId: number
  words: string
  urgency: Schemas['Urgency']
  way: Schemas['ServiceWay']
  /** By the question's key; a question without an answer has none here. */
  answers: Record<string, string[]>
  phone: string
  address: string
  slot: { providerId: number; startsAt: string; endsAt: string } | null
  /** Asked again when a minor's request came back without it. */
  guardian: boolean
  /** Asked of somebody else's health alone. */
  health: HealthSaid
}

/** `timed`: somebody there gives times to choose from. */
export const stepsOf = (service: Pick<Service, 'mode'>, timed = true): Step[] =>
  service.mode === 'booking' && timed ? ['who', 'slot', 'confirm'] : ['who', 'confirm']

export function freshForm(service: Service): AskForm {
  const urgency = service.promises.find((one) => one.urgency === 'normal')?.urgency ?? service.promises[0]?.urgency ?? 'normal'
  return {
    name: '',
    unit: null,
    beneficiaryId: 0,
    words: '',
    urgency,
    way: service.ways[0],
    answers: {},
    phone: '',
    address: '',
    slot: null,
    guardian: false,
    health: '',
  }
}

/** Whether anything was filled in that would be missed. */
export const isBegun = (form: AskForm) =>
  form.name.trim() !== '' || form.unit !== null || form.words.trim() !== '' || Object.keys(form.answers).length > 0 || form.slot !== null

/** What was kept of an earlier visit, as far as the service still asks it. */
export function restoredForm(service: Service, kept: Partial<AskForm>): AskForm {
  const fresh = freshForm(service)
  const form = { ...fresh, ...kept }
  const keys = service.questions.map((one) => one.key)
  return {
    ...form,
    way: service.ways.includes(form.way) ? form.way : fresh.way,
    urgency: service.promises.some((one) => one.urgency === form.urgency) ? form.urgency : fresh.urgency,
    answers: Object.fromEntries(Object.entries(form.answers).filter(([key]) => keys.includes(key))),
    slot: form.slot && Date.parse(form.slot.startsAt) > Date.now() ? form.slot : null,
  }
}

/** The form of a request that came back or was never submitted. */
export function formOf(service: Service, request: Schemas['Request']): AskForm {
  const { booking } = request
  return restoredForm(service, {
    beneficiaryId: request.beneficiary_id ?? 0,
    ...{ words: request.words, urgency: request.urgency, way: request.way, phone: request.phone ?? '', address: request.address ?? '' },
    answers: Object.fromEntries((request.answers ?? []).map((one) => [one.key, one.values])),
    health: healthSaid(request.health_consent),
    slot:
      booking && (booking.state === 'held' || booking.state === 'booked')
        ? { providerId: booking.provider_id, startsAt: booking.starts_at, endsAt: booking.ends_at }
        : null,
  })
}

// ---- what is missing ----
export const wantsAddress = (form: Pick<AskForm, 'way'>) => form.way === 'home'
/** Who comes to the station is told there; everybody else has to be called. */
export const wantsPhone = (form: Pick<AskForm, 'way'>) => form.way !== 'station'

/** The answers given, without empty ones, in the order of the questions. */
export function answersOf(questions: Question[], answers: AskForm['answers']): Schemas['AnswerInput'][] {
  return questions
    .map(({ key }) => ({ key, values: (answers[key] ?? []).map((one) => one.trim()).filter(Boolean) }))
    .filter((one) => one.values.length > 0)
}

function wrongAnswer(question: Question, values: string[] | undefined): string {
  const given = (values ?? []).map((one) => one.trim()).filter(Boolean)
  if (!given.length)
    return question.required
      ? question.kind === 'choice' || question.kind === 'choices' || question.kind === 'yes_no'
        ? '请选一个'
        : '请填一下'
      : ''
  if (question.kind !== 'number') return ''
  const n = Number(given[0])
  if (!Number.isInteger(n)) return '请填一个整数'
  if (question.minimum !== undefined && n < question.minimum) return `不能小于 ${question.minimum}`
  return question.maximum !== undefined && n > question.maximum ? `不能大于 ${question.maximum}` : ''
}

/** What is missing in the first step, by field. */
export function missingInWho(form: AskForm, service: Service): Record<string, string> {
  const wrong: Record<string, string> = {}
  if (!form.words.trim()) wrong.words = '请用一两句话说说遇到的事'
  for (const question of service.questions) {
    const why = wrongAnswer(question, form.answers[question.key])
    if (why) wrong[`answers.${question.key}`] = why
  }
  if (wantsPhone(form) && !isPhone(form.phone)) wrong.phone = form.phone.trim() ? BAD_PHONE : '请留一个电话，好联系您'
  if (wantsAddress(form) && !form.address.trim()) wrong.address = '上门要知道住址'
  return wrong
}

/** What is not known yet of who asks, and is missing, by field. */
export function missingOfMe(form: AskForm, asks: { name: boolean; unit: boolean }): Record<string, string> {
  const wrong: Record<string, string> = {}
  if (asks.name && !form.name.trim()) wrong.name = '请写上您的名字，社工好称呼您'
  if (asks.unit && !form.unit) wrong.unit_id = '请选您住的社区，才知道由哪个社工站来办'
  return wrong
}

/** The step a server's field error belongs to. */
export const stepOfField = (field: string): Step => (/^(slot|provider_id|starts_at)/.test(field) ? 'slot' : 'who')

// ---- what is sent ----
function said(form: AskForm, service: Service) {
  const [phone, address] = [form.phone.trim(), form.address.trim()]
  return {
    ...{ way: form.way, urgency: form.urgency, words: form.words.trim(), answers: answersOf(service.questions, form.answers) },
    ...healthInput(form.health),
    ...(wantsPhone(form) ? { phone } : {}),
    ...(wantsAddress(form) ? { address } : {}),
    ...(form.slot && service.mode === 'booking' ? { slot: { provider_id: form.slot.providerId, starts_at: form.slot.startsAt } } : {}),
  }
}

export function inputOf(form: AskForm, service: Service, unitId?: number): Schemas['RequestInput'] {
  return {
    service_type_id: service.id,
    draft: false,
    ...said(form, service),
    ...(unitId ? { unit_id: unitId } : {}),
    ...(form.beneficiaryId ? { beneficiary_id: form.beneficiaryId } : {}),
  }
}

export function patchOf(form: AskForm, service: Service): Schemas['RequestPatch'] {
  return { ...said(form, service), ...(form.guardian ? { guardian: true } : {}) }
}

// ---- for whom ----
/** Whether somebody seems to belong to those a service is for; undefined when too little is known to say. */
export function fits(service: Pick<Service, 'groups'>, who: Pick<Beneficiary, 'age' | 'groups'>): boolean | undefined {
  if (service.groups.includes('everyone') || service.groups.some((group) => who.groups.includes(group))) return true
  const byAge = service.groups.includes('elder') || service.groups.includes('child')
  if (byAge && who.age === undefined) return undefined
  return (service.groups.includes('elder') && who.age! >= 60) || (service.groups.includes('child') && who.age! < 18)
}

/** An answer as it reads: 是, 睡不踏实、吃不下, 2025年11月27日. */
export function answerSaid(values: string[]): string {
  const words: Record<string, string> = { yes: '是', no: '否' }
  return values.map((one) => words[one] ?? one.replace(/^(\d{4})-0?(\d+)-0?(\d+)$/, '$1年$2月$3日')).join('、')
}
