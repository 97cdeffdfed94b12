// The form of a service of the catalogue: what it holds, what of it changed, what is missing.
import type { Schemas } from '@yimi/client'

type Service = Schemas['ServiceType']
type Question = Schemas['Question']
type Urgency = Schemas['Urgency']

export interface ServiceForm {
  unit_id: number
  field: Schemas['ServiceField']
  theme: Schemas['ServiceTheme']
  icon: Schemas['ServiceIcon']
  name: string
  line: string
  detail: string
  ways: Schemas['ServiceWay'][]
  mode: Schemas['ServiceMode']
  instant: boolean
  length_minutes: number
  buffer_minutes: number
  horizon_days: number
  lead_minutes: number
  groups: Schemas['TargetGroup'][]
  questions: Question[]
  confidential: boolean
  /** Minutes by urgency; 0 is not offered. */
  promises: Record<Urgency, number>
  min_level: Schemas['Qualification']
  place_name: string
  place_note: string
  position: number
}

const URGENCIES: Urgency[] = ['normal', 'soon', 'urgent']

export function emptyService(): ServiceForm {
  return {
    unit_id: 0,
    field: 'community',
    theme: 'body',
    icon: 'care',
    name: '',
    line: '',
    detail: '',
    ways: ['home'],
    mode: 'request',
    instant: false,
    length_minutes: 60,
    buffer_minutes: 0,
    horizon_days: 28,
    lead_minutes: 120,
    groups: ['everyone'],
    questions: [],
    confidential: false,
    promises: { normal: 4320, soon: 0, urgent: 0 },
    min_level: 'none',
    place_name: '',
    place_note: '',
    position: 100,
  }
}

export function serviceFormOf(of: Service): ServiceForm {
  const {
    unit_id,
    field,
    theme,
    icon,
    name,
    line,
    detail,
    mode,
    instant,
    length_minutes,
    buffer_minutes,
    horizon_days,
    lead_minutes,
    confidential,
    min_level,
    place_name,
    place_note,
    position,
  } = of
  const minutes = (urgency: Urgency) => of.promises.find((one) => one.urgency === urgency)?.minutes ?? 0
  return {
    unit_id,
    field,
    theme,
    icon,
    name,
    line,
    detail,
    mode,
    instant,
    length_minutes,
    buffer_minutes,
    horizon_days,
    lead_minutes,
    confidential,
    min_level,
    place_name,
    place_note,
    position,
    ways: [...of.ways],
    groups: [...of.groups],
    questions: of.questions.map((one) => ({ ...one })),
    promises: { normal: minutes('normal'), soon: minutes('soon'), urgent: minutes('urgent') },
  }
}

/** As the contract wants it. */
export function serviceInputOf(form: ServiceForm): Schemas['ServiceTypeInput'] {
  const text = (words: string) => words.trim()
  return {
    ...form,
    name: text(form.name),
    line: text(form.line),
    detail: text(form.detail),
    place_name: text(form.place_name),
    place_note: text(form.place_note),
    instant: form.mode === 'booking' && form.instant,
    promises: URGENCIES.filter((one) => form.promises[one] > 0).map((urgency) => ({ urgency, minutes: form.promises[urgency] })),
  }
}

/** Only what differs from what was; the unit stays. */
export function servicePatchOf(form: ServiceForm, was: ServiceForm): Schemas['ServiceTypePatch'] {
  const now = serviceInputOf(form) as Record<string, unknown>
  const before = serviceInputOf(was) as Record<string, unknown>
  return Object.fromEntries(
    Object.keys(now)
      .filter((key) => key !== 'unit_id' && JSON.stringify(now[key]) !== JSON.stringify(before[key]))
      .map((key) => [key, now[key]]),
  )
}

/** What has to be filled in, by field; empty when all is there. */
export function missingInService(form: ServiceForm): Record<string, string> {
  const missing: Record<string, string> = {}
  const need = (name: string, ok: unknown, words: string) => !ok && (missing[name] = words)
  need('unit_id', form.unit_id, '选一个站点')
  need('name', form.name.trim().length >= 2, '名称至少两个字')
  need('line', form.line.trim().length >= 2, '用一句话说明白')
  need('ways', form.ways.length, '至少选一种')
  need('groups', form.groups.length, '至少选一种')
  need(
    'promises',
    URGENCIES.some((one) => form.promises[one] > 0),
    '至少留一种',
  )
  need(
    'questions',
    form.questions.every((one) => !wrongQuestion(one)),
    '有问题没有写完',
  )
  return missing
}

/** 不限 stands alone: it goes when another is chosen, and comes alone. */
export function groupsChosen(now: ServiceForm['groups'], before: ServiceForm['groups']): ServiceForm['groups'] {
  if (!now.includes('everyone')) return now
  return before.includes('everyone') ? now.filter((one) => one !== 'everyone' || now.length === 1) : ['everyone']
}

// ---- questions ----

export const QUESTION_KINDS: Record<Schemas['QuestionKind'], string> = {
  text: '一行字',
  lines: '一段话',
  yes_no: '是或不是',
  choice: '选一个',
  choices: '选几个',
  number: '数字',
  date: '日期',
}

export function hasOptions({ kind }: Pick<Question, 'kind'>): boolean {
  return kind === 'choice' || kind === 'choices'
}

/** A new question, with a key that no other has. */
export function newQuestion(others: Question[]): Question {
  let n = others.length + 1
  while (others.some((one) => one.key === `q${n}`)) n++
  return { key: `q${n}`, label: '', kind: 'text', required: false }
}

/** What is wrong with it, in words; empty when nothing is. */
export function wrongQuestion(of: Question): string {
  const options = tidyOptions(of.options)
  if (!of.label.trim()) return '写上问什么'
  if (hasOptions(of) && options.length < 2) return '至少写两个可以选的'
  if (hasOptions(of) && new Set(options).size < options.length) return '可以选的有重复'
  if (of.kind === 'number' && of.minimum !== undefined && of.maximum !== undefined && of.minimum > of.maximum) return '最小的比最大的还大'
  return ''
}

/** Trimmed, and without what belongs to another kind. */
export function tidyQuestion(of: Question): Question {
  const { key, kind, required } = of
  const help = (of.help ?? '').trim()
  return {
    key,
    kind,
    required,
    label: of.label.trim(),
    ...(help ? { help } : {}),
    ...(of.sensitive ? { sensitive: true } : {}),
    ...(hasOptions(of) ? { options: tidyOptions(of.options) } : {}),
    ...(kind === 'number' && of.minimum !== undefined ? { minimum: of.minimum } : {}),
    ...(kind === 'number' && of.maximum !== undefined ? { maximum: of.maximum } : {}),
  }
}

function tidyOptions(options: string[] = []): string[] {
  return options.map((one) => one.trim()).filter(Boolean)
}

/** The list with one moved a place up (−1) or down (1); the same when it would fall off. */
export function moved<T>(list: T[], at: number, by: -1 | 1): T[] {
  const to = at + by
  if (to < 0 || to >= list.length) return list
  const out = [...list]
  out[at] = list[to]
  out[to] = list[at]
  return out
}
