import { expect, test } from 'vitest'
import { Problem, offlineProblem } from '@yimi/client'
import { refusalOf, wayOut } from './refusal'

const problem = (status: number, code: string) => new Problem({ status, code, detail: '服务器的说明', request_id: 'r1' })

test('a known code has its own title and choices and keeps what the server said', () => {
  expect(refusalOf(problem(409, 'shift_full'))).toMatchObject({ title: '这一班刚好满了', detail: '服务器的说明' })
  expect(refusalOf(problem(409, 'shift_full')).choices.map((c) => c.act)).toEqual(['waitlist', 'other_shift', 'close'])
})

test('an unknown code falls back on its status, and every refusal can be closed', () => {
  for (const status of [400, 401, 403, 404, 409, 418, 422, 429, 500]) {
    const text = refusalOf(problem(status, 'something_new'))
    expect(text.title).toMatch(/[\u4e00-\u9fff]/)
    expect(text.detail).toBe('服务器的说明')
    expect(text.choices[text.choices.length - 1].act).toBe('close')
  }
})

test('without a network it says what was not done', () => {
  expect(refusalOf(offlineProblem()).detail).toContain('还没有提交')
})

test('only what is our own fault asks for its number', () => {
  expect(refusalOf(problem(500, 'internal')).requestId).toBe('r1')
  expect(refusalOf(problem(409, 'shift_full')).requestId).toBeUndefined()
})

test('a version that is no longer served is begun anew', () => {
  const text = refusalOf(problem(426, 'client_too_old'))
  expect([text.title, text.choices[0].act]).toEqual(['请更新小程序', 'restart'])
})

test('who has somebody else’s password is led to where it is changed', () => {
  expect(refusalOf(problem(403, 'password_not_own')).choices[0].url).toBe('/pkg-me/password')
  expect(wayOut('password_not_own')?.text).toBe('去修改密码')
  expect(wayOut('shift_full')).toBeUndefined()
})
