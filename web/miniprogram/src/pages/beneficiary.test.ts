import { expect, test } from 'vitest'
import { fieldsOf, inputOf, isMinor, missingOf } from './beneficiary'

const NOW = Date.parse('2025-11-26T08:00:00+08:00')
const father = {
  id: 3,
  name: '林国栋',
  relation: 'parent',
  birth_date: '1957-04-12',
  groups: ['elder', 'disabled'],
  guardian: false,
  phone: '13800001234',
} as const

test('a minor is under 18 on the day, in Beijing', () => {
  expect(isMinor('2007-11-27', NOW)).toBe(true)
  expect(isMinor('2007-11-26', NOW)).toBe(false)
  expect(isMinor(undefined, NOW)).toBe(false)
})

test('what was kept comes back as it was, groups by age apart', () => {
  const fields = fieldsOf({ ...father, groups: [...father.groups] })
  expect(fields.groups).toEqual(['disabled'])
  expect(inputOf(fields)).toEqual({
    name: '林国栋',
    relation: 'parent',
    sex: 'unknown',
    birth_date: '1957-04-12',
    groups: ['disabled'],
    phone: '13800001234',
    address: '',
    guardian: false,
  })
})

test('says what is missing', () => {
  expect(missingOf(fieldsOf({}))).toMatchObject({ name: '请写上名字', relation: '请选是您的什么人' })
  expect(missingOf({ ...fieldsOf({}), name: '王奶奶', relation: 'neighbour' })).toEqual({ consent: '请写明对方怎么同意的' })
  expect(missingOf({ ...fieldsOf({}), name: '林国栋', relation: 'parent', phone: '我爸的' })).toMatchObject({
    phone: '号码不对，请填一个手机号，或带区号的座机',
  })
  expect(missingOf(fieldsOf({ ...father, groups: [] }))).toEqual({})
})
