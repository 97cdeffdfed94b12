import { expect, test } from 'vitest'
import type { Schemas } from '@yimi/client'
import { answersOf, wrongAnswers } from './answers'
import { ageOf, emptyFile, fieldOf, forService, isMinor, missingInFile, requestOf } from './fileRequestForm'

const question = (of: Partial<Schemas['Question']>): Schemas['Question'] => ({
  key: 'sleep',
  label: '睡得好吗',
  kind: 'choice',
  required: true,
  options: ['好', '不好'],
  ...of,
})
const service = (of: Partial<Schemas['ServiceType']> = {}) =>
  ({
    id: 3,
    mode: 'request',
    ways: ['home', 'phone'],
    promises: [
      { urgency: 'normal', minutes: 4320 },
      { urgency: 'urgent', minutes: 240 },
    ],
    questions: [],
    groups: ['everyone'],
    ...of,
  }) as unknown as Schemas['ServiceType']
const full = {
  ...emptyFile(2),
  name: ' 马秀兰 ',
  phone: '13800001234',
  words: '出院回家，需要助浴',
  way: 'home' as const,
  urgency: 'normal' as const,
  address: '3 号楼 2 单元',
}

test('an empty form says all that is missing, at its field', () => {
  expect(Object.keys(missingInFile(emptyFile(), null)).sort()).toEqual([
    'name',
    'phone',
    'service_type_id',
    'unit_id',
    'urgency',
    'way',
    'words',
  ])
  expect(missingInFile(full, service())).toEqual({})
})

test('what depends: an address to come to, a name, a consent, a slot, an answer', () => {
  expect(missingInFile({ ...full, address: '' }, service())).toHaveProperty('address')
  expect(missingInFile({ ...full, relation: 'neighbour' }, service())).toMatchObject({
    beneficiary_name: expect.any(String),
    consent: expect.any(String),
  })
  expect(missingInFile({ ...full, relation: 'parent', beneficiary_name: '王玉珍' }, service())).toEqual({})
  expect(missingInFile(full, service({ mode: 'booking' }))).toHaveProperty('slot')
  expect(missingInFile(full, service({ questions: [question({})] }))).toHaveProperty('q-sleep')
})

test('as the contract wants it: trimmed, and without what was not asked', () => {
  const sent = requestOf(
    { ...full, groups: ['disabled'], consent: '不该发', answers: { sleep: ['好'], old: ['x'] } },
    service({ questions: [question({})] }),
  )
  expect(sent).toEqual({
    service_type_id: 3,
    unit_id: 2,
    way: 'home',
    urgency: 'normal',
    words: '出院回家，需要助浴',
    draft: false,
    phone: '13800001234',
    address: '3 号楼 2 单元',
    answers: [{ key: 'sleep', values: ['好'] }],
    caller: { name: '马秀兰', relation: 'self', groups: ['disabled'] },
  })
})

test('words about health: who said that they may be kept, and how', () => {
  const asking = service({ questions: [question({ required: false, sensitive: true })] })
  expect(missingInFile(full, asking)).toHaveProperty('health_consent')
  expect(missingInFile({ ...full, health: 'self phone' }, asking)).toEqual({})
  expect(requestOf({ ...full, health: 'guardian phone' }, asking).health_consent).toEqual({ by: 'guardian', way: 'phone' })
  expect(requestOf({ ...full, health: 'self phone' }, service())).not.toHaveProperty('health_consent')
})

test('a child: the guardian is told, a slot is sent for a booking alone', () => {
  const child = {
    ...full,
    relation: 'child' as const,
    beneficiary_name: '赵小宝',
    birth_date: '2020-01-01',
    guardian: true,
    slot: { provider_id: 9, starts_at: '2026-11-27T14:00:00+08:00', ends_at: '2026-11-27T14:50:00+08:00', state: 'free' as const },
  }
  expect(requestOf(child, service()).caller).toMatchObject({ beneficiary_name: '赵小宝', birth_date: '2020-01-01', guardian: true })
  expect(requestOf(child, service())).not.toHaveProperty('slot')
  expect(requestOf(child, service({ mode: 'booking' })).slot).toEqual({ provider_id: 9, starts_at: '2026-11-27T14:00:00+08:00' })
  expect(requestOf({ ...child, birth_date: '1950-01-01' }, service()).caller).not.toHaveProperty('guardian')
})

test('age turns on the birthday', () => {
  expect([ageOf('2008-11-26', '2026-11-25'), ageOf('2008-11-26', '2026-11-26'), ageOf('', '2026-11-26')]).toEqual([17, 18, undefined])
  expect(isMinor({ birth_date: '' })).toBe(false)
})

test('another service: what leaves no choice is filled in, what was for the other is dropped', () => {
  expect(forService({ ...full, way: 'phone', answers: { a: ['1'] } }, service())).toMatchObject({
    way: 'phone',
    urgency: 'normal',
    answers: {},
  })
  expect(
    forService({ ...full, way: 'phone', urgency: 'urgent' }, service({ ways: ['station'], promises: [{ urgency: 'soon', minutes: 60 }] })),
  ).toMatchObject({ way: 'station', urgency: 'soon' })
  expect(forService({ ...full, way: 'phone' }, service({ ways: ['home', 'video'] })).way).toBe('')
})

test('where a refused field stands in the form', () => {
  const sent = ['sleep', 'age']
  expect(['answers.1.values.0', 'answers.sleep', 'caller.consent', 'phone'].map((name) => fieldOf(name, sent))).toEqual([
    'q-age',
    'q-sleep',
    'consent',
    'phone',
  ])
})

test('answers: empty ones are left out, numbers are within their bounds', () => {
  const number = question({ key: 'people', kind: 'number', required: false, options: undefined, minimum: 1, maximum: 5 })
  expect(answersOf([question({}), number], { sleep: ['  '], people: [' 3 '] })).toEqual([{ key: 'people', values: ['3'] }])
  expect(wrongAnswers([number], { people: ['6'] })).toEqual({ people: '不能大于 5' })
  expect(wrongAnswers([number], { people: ['0'] })).toEqual({ people: '不能小于 1' })
  expect(wrongAnswers([number], { people: ['二'] })).toEqual({ people: '写一个整数' })
  expect(wrongAnswers([number], {})).toEqual({})
  expect(wrongAnswers([question({ kind: 'choices' })], { sleep: [] })).toEqual({ sleep: '至少选一个' })
})
