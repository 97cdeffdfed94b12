// Somebody one asks for: what is said of them, and what is still missing.
import type { Schemas } from '@yimi/client'
import { isoDate } from '@yimi/words/format'
import { BAD_PHONE, isPhone } from '@yimi/words/plain'

export type Beneficiary = Schemas['Beneficiary']
export type Declared = NonNullable<Schemas['BeneficiaryInput']['groups']>[number]

export interface BeneficiaryFields {
  name: string
  relation: Schemas['Relation'] | ''
  sex: Schemas['Sex']
  birthDate: string
  groups: Declared[]
  phone: string
  address: string
  unit: { id: number; name: string } | null
  guardian: boolean
  consent: string
}

export const DECLARED: Declared[] = ['disabled', 'hardship', 'low_income', 'left_behind']
const isDeclared = (group: string): group is Declared => (DECLARED as string[]).includes(group)

export function fieldsOf(of: Partial<Beneficiary>): BeneficiaryFields {
  return {
    name: of.name ?? '',
    relation: of.relation ?? '',
    sex: of.sex ?? 'unknown',
    birthDate: of.birth_date ?? '',
    groups: (of.groups ?? []).filter(isDeclared),
    phone: of.phone ?? '',
    address: of.address ?? '',
    unit: of.unit_id ? { id: of.unit_id, name: of.unit_name ?? '' } : null,
    guardian: of.guardian ?? false,
    consent: of.consent ?? '',
  }
}

/** Younger than so many years on the day; without a day of birth nobody knows. */
export function isUnder(age: number, birthDate: string | undefined, now = Date.now()): boolean {
  if (!birthDate) return false
  const [year, rest] = [Number(birthDate.slice(0, 4)), birthDate.slice(4)]
  return `${year + age}${rest}` > isoDate(now)
}

export const isMinor = (birthDate: string | undefined, now = Date.now()) => isUnder(18, birthDate, now)

/** A neighbour or another has to have agreed. */
export const needsConsent = (relation: string) => relation === 'neighbour' || relation === 'other'

/** What is missing, by field; nothing when it can be kept. */
export function missingOf(of: BeneficiaryFields): Record<string, string> {
  const wrong: Record<string, string> = {}
  if (!of.relation) wrong.relation = '请选是您的什么人'
  if (!of.name.trim()) wrong.name = '请写上名字'
  if (of.phone.trim() && !isPhone(of.phone)) wrong.phone = BAD_PHONE
  if (needsConsent(of.relation) && !of.consent.trim()) wrong.consent = '请写明对方怎么同意的'
  return wrong
}

export function inputOf(of: BeneficiaryFields): Schemas['BeneficiaryInput'] {
  const phone = of.phone.trim()
  return {
    name: of.name.trim(),
    relation: of.relation || 'other',
    sex: of.sex,
    groups: of.groups,
    address: of.address.trim(),
    guardian: of.guardian,
    ...(needsConsent(of.relation) ? { consent: of.consent.trim() } : {}),
    ...(of.birthDate ? { birth_date: of.birthDate } : {}),
    ...(phone ? { phone } : {}),
    ...(of.unit ? { unit_id: of.unit.id } : {}),
  }
}
