// A request filed for a caller (代办): what the form holds, what is missing, and as the contract wants it.
import type { Schemas } from '@yimi/client'
import { isoDate } from './format'
import { BAD_PHONE, isPhone } from './plain'
import { asksHealth, healthInput, type HealthSaid } from './requestWords'
import { answersOf, wrongAnswers, type Answers } from './answers'

type Service = Schemas['ServiceType']
type Declared = NonNullable<Schemas['CallerInput']['groups']>[number]

export interface FileForm {
  unit_id: number
  name: string
  relation: Schemas['Relation']
  beneficiary_name: string
  birth_date: string
  groups: Declared[]
  guardian: boolean
  consent: string
  health: HealthSaid
  phone: string
  address: string
  way: Schemas['ServiceWay'] | ''
  urgency: Schemas['Urgency'] | ''
  words: string
  answers: Answers
  slot: Schemas['Slot'] | null
}

export function emptyFile(unitId = 0): FileForm {
  return {
    unit_id: unitId,
    name: '',
    relation: 'self',
    beneficiary_name: '',
    birth_date: '',
    groups: [],
    guardian: false,
    consent: '',
    health: '',
    phone: '',
    address: '',
    way: '',
    urgency: '',
    words: '',
    answers: {},
    slot: null,
  }
}

/** Fills in what a service leaves no choice about, and drops what was for another service. */
export function forService(form: FileForm, service: Service): FileForm {
  const way = service.ways.length === 1 ? service.ways[0] : (service.ways.find((one) => one === form.way) ?? '')
  const offered = service.promises.map((one) => one.urgency)
  const urgency =
    offered.length === 1 ? offered[0] : (offered.find((one) => one === form.urgency) ?? (offered.includes('normal') ? 'normal' : ''))
  return { ...form, way, urgency, answers: {}, slot: null }
}

/** Full years, or undefined without a day of birth. */
export function ageOf(birthDate: string, today = isoDate(Date.now())): number | undefined {
  if (!birthDate) return undefined
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4))
  return today.slice(5) < birthDate.slice(5) ? years - 1 : years
}

export function isMinor(form: Pick<FileForm, 'birth_date'>): boolean {
  const age = ageOf(form.birth_date)
  return age !== undefined && age < 18
}

/** A neighbour or another has to have agreed. */
export function needsConsent({ relation }: Pick<FileForm, 'relation'>): boolean {
  return relation === 'neighbour' || relation === 'other'
}

/** What has to be filled in, by field; empty when all is there. */
export function missingInFile(form: FileForm, service: Service | null): Record<string, string> {
  const missing: Record<string, string> = {}
  const need = (name: string, ok: unknown, words: string) => !ok && (missing[name] = words)
  need('unit_id', form.unit_id, '选一个站点')
  need('service_type_id', service, '选一项服务')
  need('name', form.name.trim(), '写上打电话来的人')
  need('beneficiary_name', form.relation === 'self' || form.beneficiary_name.trim(), '写上为谁申请')
  need('consent', !needsConsent(form) || form.consent.trim(), '写一下本人怎么同意的')
  need('health_consent', !service || !asksHealth(service) || form.health, '问一问本人或监护人同意不同意，再选')
  need('phone', isPhone(form.phone), BAD_PHONE)
  need('words', form.words.trim(), '写一写需要什么帮助')
  need('way', form.way, '选怎么服务')
  need('urgency', form.urgency, '选急不急')
  need('address', form.way !== 'home' || form.address.trim(), '上门要写地址')
  need('slot', service?.mode !== 'booking' || form.slot, '选一个时间')
  const answers = service ? wrongAnswers(service.questions, form.answers) : {}
  return { ...missing, ...Object.fromEntries(Object.entries(answers).map(([key, words]) => [`q-${key}`, words])) }
}

export function requestOf(form: FileForm, service: Service): Schemas['RequestInput'] {
  const text = (words: string) => words.trim()
  const some = <T>(name: string, value: T, there: unknown) => (there ? { [name]: value } : {})
  return {
    service_type_id: service.id,
    unit_id: form.unit_id,
    way: form.way as Schemas['ServiceWay'],
    urgency: form.urgency as Schemas['Urgency'],
    words: text(form.words),
    draft: false,
    phone: text(form.phone),
    answers: answersOf(service.questions, form.answers),
    ...(asksHealth(service) ? healthInput(form.health) : {}),
    caller: {
      name: text(form.name),
      relation: form.relation,
      ...some('beneficiary_name', text(form.beneficiary_name), form.relation !== 'self'),
      ...some('birth_date', form.birth_date, form.birth_date),
      ...some('groups', form.groups, form.groups.length),
      ...some('consent', text(form.consent), needsConsent(form)),
      ...some('guardian', true, isMinor(form) && form.guardian),
    },
    ...some('address', text(form.address), text(form.address)),
    ...(form.slot && service.mode === 'booking' ? { slot: { provider_id: form.slot.provider_id, starts_at: form.slot.starts_at } } : {}),
  }
}

/** The field of the form that a field of the server's refusal is about; an answer is named by its key, or by its place among those sent. */
export function fieldOf(name: string, sentKeys: string[]): string {
  const answer = /^answers\.(\w+)/.exec(name)
  if (answer) return `q-${/^\d+$/.test(answer[1]) ? (sentKeys[Number(answer[1])] ?? '') : answer[1]}`
  return name.replace(/^caller\./, '')
}
