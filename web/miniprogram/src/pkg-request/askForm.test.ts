import { describe, expect, test } from 'vitest'
import type { Schemas } from '@yimi/client'
import {
  answerSaid,
  fits,
  formOf,
  freshForm,
  inputOf,
  missingInWho,
  missingOfMe,
  patchOf,
  restoredForm,
  stepOfField,
  stepsOf,
  type AskForm,
} from './askForm'

type Service = Schemas['ServiceType']
const service = {
  ...{
    id: 5,
    mode: 'booking',
    ways: ['station', 'home'],
    groups: ['everyone'],
    promises: [
      { urgency: 'normal', minutes: 4320 },
      { urgency: 'urgent', minutes: 240 },
    ],
  },
  questions: [
    { key: 'sleep', label: '睡得好吗', kind: 'choice', required: true, options: ['还好', '睡不踏实'] },
    { key: 'age', label: '几岁', kind: 'number', required: false, minimum: 1, maximum: 120 },
    { key: 'with', label: '和谁住', kind: 'choices', required: false, options: ['爱人', '子女'] },
  ],
} as unknown as Service
const LATER = new Date(Date.now() + 86_400_000).toISOString()
const slot = { providerId: 9, startsAt: LATER, endsAt: LATER }
const form = (more: Partial<AskForm> = {}): AskForm => ({
  ...freshForm(service),
  words: '晚上睡不好',
  answers: { sleep: ['睡不踏实'] },
  ...more,
})

test('a booking takes three steps, a request two', () => {
  expect(stepsOf({ mode: 'booking' })).toEqual(['who', 'slot', 'confirm'])
  expect(stepsOf({ mode: 'request' })).toEqual(['who', 'confirm'])
})

describe('what is missing', () => {
  test('nothing, when the words and the required answers are there', () => expect(missingInWho(form(), service)).toEqual({}))
  test('says which words, answers, phone, address', () => {
    expect(missingInWho(form({ words: ' ', answers: {} }), service)).toEqual({
      words: '请用一两句话说说遇到的事',
      'answers.sleep': '请选一个',
    })
    expect(missingInWho(form({ way: 'home' }), service)).toEqual({ phone: '请留一个电话，好联系您', address: '上门要知道住址' })
    expect(missingInWho(form({ way: 'phone', phone: '邻居的' }), service)).toEqual({ phone: '号码不对，请填一个手机号，或带区号的座机' })
  })
  test.each([
    ['station', []],
    ['home', ['phone', 'address']],
    ['phone', ['phone']],
    ['video', ['phone']],
  ] as const)('by the way %s it asks for %j, nothing else', (way, asked) => {
    for (const mode of ['booking', 'request'] as const)
      expect(Object.keys(missingInWho(form({ way }), { ...service, mode }))).toEqual(asked)
    const given = inputOf(form({ way, phone: '13800001234', address: '罗山小区' }), service)
    expect(['phone', 'address'].filter((one) => one in given)).toEqual(asked)
  })
  test('of who asks for the first time: the name and the community, once each', () => {
    expect(Object.keys(missingOfMe(form(), { name: true, unit: true }))).toEqual(['name', 'unit_id'])
    expect(missingOfMe(form({ name: '林玉芳', unit: { id: 3, name: '东方社区' } }), { name: true, unit: true })).toEqual({})
    expect(missingOfMe(form(), { name: false, unit: false })).toEqual({})
    expect(inputOf(form({ name: '林玉芳', unit: { id: 3, name: '东方社区' } }), service)).not.toHaveProperty('name')
  })
  test.each([
    ['0', '不能小于 1'],
    ['121', '不能大于 120'],
    ['八', '请填一个整数'],
    ['68', undefined],
  ])('a number %s: %s', (given, why) =>
    expect(missingInWho(form({ answers: { sleep: ['还好'], age: [given] } }), service)['answers.age']).toBe(why),
  )
  test('the server’s word belongs to a step', () =>
    expect(['words', 'answers.sleep', 'slot.starts_at'].map(stepOfField)).toEqual(['who', 'who', 'slot']))
})

describe('what is sent', () => {
  test('for myself, at the station', () => {
    expect(inputOf(form({ slot, address: '不该发' }), service)).toEqual({
      service_type_id: 5,
      draft: false,
      way: 'station',
      urgency: 'normal',
      words: '晚上睡不好',
      answers: [{ key: 'sleep', values: ['睡不踏实'] }],
      slot: { provider_id: 9, starts_at: LATER },
    })
  })
  test('for my father, at home, through his station', () => {
    const input = inputOf(
      form({
        beneficiaryId: 3,
        way: 'home',
        phone: ' 138 0000 1234',
        address: '罗山小区 ',
        answers: { sleep: ['还好'], with: ['爱人', '子女'], age: [' '] },
      }),
      { ...service, mode: 'request' },
      7,
    )
    expect(input).toMatchObject({
      beneficiary_id: 3,
      unit_id: 7,
      phone: '138 0000 1234',
      address: '罗山小区',
      answers: [
        { key: 'sleep', values: ['还好'] },
        { key: 'with', values: ['爱人', '子女'] },
      ],
    })
    expect(input).not.toHaveProperty('slot')
  })
  test('a change has neither service nor beneficiary', () => {
    expect(Object.keys(patchOf(form({ slot, guardian: true }), service)).sort()).toEqual([
      'answers',
      'guardian',
      'slot',
      'urgency',
      'way',
      'words',
    ])
  })
})

describe('taking it up again', () => {
  test('keeps what is still asked, and no time that is past', () => {
    const kept = restoredForm(service, {
      words: '写了一半',
      way: 'video',
      urgency: 'soon',
      answers: { sleep: ['还好'], gone: ['x'] },
      slot: { ...slot, startsAt: '2020-01-01T00:00:00Z' },
    })
    expect(kept).toMatchObject({ words: '写了一半', way: 'station', urgency: 'normal', answers: { sleep: ['还好'] }, slot: null })
    expect(kept.answers).not.toHaveProperty('gone')
  })
  test('a request that came back, with its time while that is held', () => {
    const request = {
      words: '帮帮我',
      way: 'home',
      urgency: 'urgent',
      beneficiary_id: 3,
      phone: '138',
      address: '家',
      answers: [{ key: 'sleep', label: '', values: ['还好'] }],
      booking: { state: 'held', provider_id: 9, starts_at: LATER, ends_at: LATER },
    } as unknown as Schemas['Request']
    expect(formOf(service, request)).toMatchObject({ beneficiaryId: 3, way: 'home', urgency: 'urgent', answers: { sleep: ['还好'] }, slot })
    expect(formOf(service, { ...request, booking: { ...request.booking!, state: 'lapsed' } }).slot).toBeNull()
  })
})

test.each([
  [['everyone'], {}, true],
  [['elder'], { age: 68 }, true],
  [['elder'], { age: 40 }, false],
  [['elder'], {}, undefined],
  [['disabled', 'elder'], { groups: ['disabled'] }, true],
  [['child'], { age: 9 }, true],
  [['hardship'], { age: 9 }, false],
] as const)('a service for %j fits %j: %s', (groups, who, expected) =>
  expect(fits({ groups: [...groups] }, { groups: [], ...who } as unknown as Schemas['Beneficiary'])).toBe(expected),
)

test('answers read as words', () =>
  expect([['yes'], ['爱人', '子女'], ['2025-11-07']].map(answerSaid)).toEqual(['是', '爱人、子女', '2025年11月7日']))

test('what was said about the health of somebody else goes along, and comes back', () => {
  const said = { by: 'self', way: 'phone' } as const
  expect(inputOf(form({ health: 'self phone' }), service).health_consent).toEqual(said)
  expect(inputOf(form(), service)).not.toHaveProperty('health_consent')
  expect(formOf(service, { health_consent: said } as Schemas['Request']).health).toBe('self phone')
})

test('what came back from where nobody gives times is sent without one', () => {
  expect([stepsOf({ mode: 'booking' }), stepsOf({ mode: 'booking' }, false), stepsOf({ mode: 'request' }, false)]).toEqual([
    ['who', 'slot', 'confirm'],
    ['who', 'confirm'],
    ['who', 'confirm'],
  ])
})
