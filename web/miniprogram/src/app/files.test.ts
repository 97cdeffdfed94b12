import { beforeEach, describe, expect, test, vi } from 'vitest'
import { ok, phone, refused, sessionOf } from '../../test/uni'

async function fresh() {
  vi.resetModules()
  phone.store.set('yimi.tokens', { access: 'old', refresh: 'refresh-0' })
  await import('./session') // it is who renews
  return import('./files')
}
const tokens = () => phone.files.map((sent) => sent.header.Authorization)

beforeEach(() => phone.reset())

describe('a picture', () => {
  test('goes with the token and its key, and once more when the token has run out', async () => {
    const { sendPicture } = await fresh()
    phone.answer = async () => ok(sessionOf(1))
    phone.fileAnswer = async ({ header }) =>
      header.Authorization === 'Bearer access-1' ? { statusCode: 201, data: '{"id":4,"kind":"jpeg"}' } : { statusCode: 401, data: '' }
    expect(await sendPicture(7, 'tmp/a.jpg', 'the-key-of-it')).toEqual({ id: 4, kind: 'jpeg' })
    expect(tokens()).toEqual(['Bearer old', 'Bearer access-1'])
    expect(phone.files[1]).toMatchObject({
      url: 'http://127.0.0.1:8080/api/v1/requests/7/attachments',
      filePath: 'tmp/a.jpg',
      name: 'file',
      header: { 'Idempotency-Key': 'the-key-of-it' },
    })
  })
  test('that is refused says why', async () => {
    const { sendPicture } = await fresh()
    phone.fileAnswer = async () => ({ statusCode: 422, data: JSON.stringify(refused(422, 'bad_attachment').data) })
    await expect(sendPicture(7, 'tmp/a.txt', 'k')).rejects.toMatchObject({ code: 'bad_attachment', status: 422 })
  })
  test('without a network may be tried again', async () => {
    const { sendPicture } = await fresh()
    await expect(sendPicture(7, 'tmp/a.jpg', 'k')).rejects.toMatchObject({ code: 'offline', unsure: true })
  })
})

describe('a file', () => {
  test('is fetched with the token', async () => {
    const { fetchFile } = await fresh()
    phone.fileAnswer = async () => ({ statusCode: 200, tempFilePath: 'tmp/x' })
    expect(await fetchFile(7, 4)).toBe('tmp/x')
    expect(phone.files[0]).toMatchObject({
      url: 'http://127.0.0.1:8080/api/v1/requests/7/attachments/4',
      header: { Authorization: 'Bearer old' },
    })
  })
  test('that is not there is a refusal, not a picture', async () => {
    const { fetchFile } = await fresh()
    phone.fileAnswer = async () => ({ statusCode: 404, tempFilePath: 'tmp/problem.json' })
    await expect(fetchFile(7, 4)).rejects.toMatchObject({ status: 404 })
  })
})

test('UTF-8 bytes become their text', async () => {
  const { textOf } = await fresh()
  const bytes = new TextEncoder().encode('{"detail":"一天最多导出 3 次 🙂"}')
  expect(textOf(bytes.buffer as ArrayBuffer)).toBe('{"detail":"一天最多导出 3 次 🙂"}')
})
