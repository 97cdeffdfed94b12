import { expect, test } from 'vitest'
import { Problem } from '@yimi/client'
import { refusedIn, wrongIn } from './usePassword'

const typed = { current: 'the old one', fresh: 'a longer new one', again: 'a longer new one' }

test('what is typed is looked at before it is sent', () => {
  expect(wrongIn(typed)).toEqual({})
  expect(wrongIn({ ...typed, current: '' })).toHaveProperty('current')
  expect(wrongIn({ ...typed, fresh: typed.current, again: typed.current })).toHaveProperty('fresh')
  expect(wrongIn({ ...typed, again: 'another' })).toHaveProperty('again')
})

test('characters are counted as the server counts them', () => {
  expect(wrongIn({ current: 'x', fresh: '🌾🌾🌾🌾🌾🌾🌾🌾🌾', again: '' }).fresh).toContain('现在是 9 个')
  expect(wrongIn({ current: 'x', fresh: '一二三四五六七八九十', again: '一二三四五六七八九十' })).toEqual({})
})

test('a refusal stands at the field it is about, any other at none', () => {
  const at = (status: number, code: string, fields: { name: string; message: string }[] = []) =>
    Object.keys(refusedIn(new Problem({ status, code, detail: '说明', fields })))
  expect(at(422, 'wrong_password')).toEqual(['current'])
  expect(at(429, 'too_many_attempts')).toEqual(['current'])
  expect(at(422, 'password_weak')).toEqual(['fresh'])
  expect(at(400, 'invalid_fields', [{ name: 'new', message: '太短' }])).toEqual(['fresh'])
  expect(at(0, 'offline')).toEqual([])
})
