import { expect, test } from 'vitest'
import type { Schemas } from '@yimi/client'
import { asksHealth, forWhom, healthInput, healthSaid, requestTag } from './requestWords'

test('a request says its state and whom it is for', () => {
  expect(requestTag('submitted')).toEqual({ text: '待审批', tone: 'wait' })
  expect(forWhom({ relation: 'self', beneficiary_name: '林晓雯' })).toBe('为本人')
  expect(forWhom({ relation: 'parent', beneficiary_name: '林国栋' })).toBe('为父母 林国栋')
})

test('a consent to words about health comes back from the form as it went in', () => {
  const consent: Schemas['HealthConsent'] = { by: 'guardian', way: 'phone' }
  expect(healthInput(healthSaid(consent))).toEqual({ health_consent: consent })
  expect(healthInput(healthSaid(undefined))).toEqual({})
})

test('health is asked about in confidence, and by a sensitive question', () => {
  const service = (confidential: boolean, sensitive: boolean) =>
    ({ confidential, questions: [{ sensitive }] }) as Pick<Schemas['ServiceType'], 'confidential' | 'questions'>
  expect([service(false, false), service(true, false), service(false, true)].map(asksHealth)).toEqual([false, true, true])
})
