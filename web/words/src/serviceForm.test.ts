import { expect, test } from 'vitest'
import type { Schemas } from '@yimi/client'
import {
  emptyService,
  groupsChosen,
  missingInService,
  moved,
  newQuestion,
  serviceFormOf,
  serviceInputOf,
  servicePatchOf,
  tidyQuestion,
  wrongQuestion,
} from './serviceForm'
import { workerFormOf, workerPatchOf } from './workerForm'

type Question = Schemas['Question']
const question = (of: Partial<Question>): Question => ({ key: 'q1', label: '问', kind: 'text', required: false, ...of })

test('an empty service says what is missing', () => {
  expect(Object.keys(missingInService(emptyService())).sort()).toEqual(['line', 'name', 'unit_id'])
  const off = {
    ...emptyService(),
    unit_id: 1,
    name: '照料',
    line: '上门照料',
    ways: [],
    groups: [],
    promises: { normal: 0, soon: 0, urgent: 0 },
    questions: [question({ label: '' })],
  }
  expect(Object.keys(missingInService(off)).sort()).toEqual(['groups', 'promises', 'questions', 'ways'])
})

test('as the contract wants it: only the urgencies offered, instant for bookings alone', () => {
  const form = { ...emptyService(), unit_id: 1, name: ' 照料 ', instant: true, promises: { normal: 4320, soon: 0, urgent: 240 } }
  expect(serviceInputOf(form)).toMatchObject({
    name: '照料',
    instant: false,
    promises: [
      { urgency: 'normal', minutes: 4320 },
      { urgency: 'urgent', minutes: 240 },
    ],
  })
  expect(serviceInputOf({ ...form, mode: 'booking' }).instant).toBe(true)
})

test('a change sends only what differs, never the unit', () => {
  const was = { ...emptyService(), unit_id: 1, name: '照料', line: '上门照料' }
  expect(servicePatchOf(was, was)).toEqual({})
  expect(servicePatchOf({ ...was, unit_id: 2, line: '上门照料老人', questions: [question({})] }, was)).toEqual({
    line: '上门照料老人',
    questions: [question({})],
  })
})

test('a service comes back as it went into the form', () => {
  const input = serviceInputOf({
    ...emptyService(),
    unit_id: 1,
    name: '照料',
    line: '上门照料',
    questions: [question({})],
    promises: { normal: 4320, soon: 0, urgent: 60 },
  })
  const back = serviceFormOf({ id: 1, unit_name: '', active: true, can_manage: true, ...input } as Schemas['ServiceType'])
  expect(serviceInputOf(back)).toEqual(input)
})

test('everybody stands alone', () => {
  expect(groupsChosen(['everyone', 'elder'], ['everyone'])).toEqual(['elder'])
  expect(groupsChosen(['elder', 'everyone'], ['elder'])).toEqual(['everyone'])
  expect(groupsChosen(['elder', 'child'], ['elder'])).toEqual(['elder', 'child'])
  expect(groupsChosen([], ['everyone'])).toEqual([])
})

test('questions: a new key, what is wrong, what belongs to the kind', () => {
  expect(newQuestion([question({ key: 'q2' }), question({ key: 'sleep' })]).key).toBe('q3')
  expect(newQuestion([question({ key: 'q2' })]).key).toBe('q3')
  expect(wrongQuestion(question({ label: ' ' }))).toBe('写上问什么')
  expect(wrongQuestion(question({ kind: 'choice', options: ['好', ' '] }))).toContain('两个')
  expect(wrongQuestion(question({ kind: 'choice', options: ['好', '好 '] }))).toContain('重复')
  expect(wrongQuestion(question({ kind: 'number', minimum: 5, maximum: 1 }))).toContain('最小')
  expect(wrongQuestion(question({ kind: 'choices', options: ['好', '不好'] }))).toBe('')
  expect(tidyQuestion(question({ label: ' 问 ', help: ' ', options: ['好'], minimum: 1 }))).toEqual(question({}))
  expect(tidyQuestion(question({ kind: 'number', minimum: 0, maximum: undefined }))).toEqual(question({ kind: 'number', minimum: 0 }))
})

test('a question moves by one and stays in the list', () => {
  expect([moved(['a', 'b', 'c'], 2, -1), moved(['a', 'b', 'c'], 0, 1), moved(['a', 'b'], 0, -1), moved(['a', 'b'], 1, 1)]).toEqual([
    ['a', 'c', 'b'],
    ['b', 'a', 'c'],
    ['a', 'b'],
    ['a', 'b'],
  ])
})

test('a worker: only what differs, and no supervisor is null', () => {
  const worker = { level: 'none', service_type_ids: [3, 1], daily_cap: 0, active: true, supervisor_id: 8 } as Schemas['Provider']
  const form = workerFormOf(worker)
  expect(workerPatchOf(form, worker)).toEqual({})
  expect(workerPatchOf({ ...form, service_type_ids: [3, 1] }, worker)).toEqual({})
  expect(workerPatchOf({ ...form, level: 'senior', supervisor_id: 0, service_type_ids: [1] }, worker)).toEqual({
    level: 'senior',
    supervisor_id: null,
    service_type_ids: [1],
  })
})
