import { afterEach, expect, test, vi } from 'vitest'
import { weappTarget } from '../vite.target'

const APP_ID = 'wx0123456789abcdef'

function built(settings: Record<string, string>) {
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value)
  const bundle = { 'project.config.json': { type: 'asset', source: '{"appid":"touristappid","projectname":"一米"}' } }
  const hook = weappTarget().generateBundle as unknown as { handler: (options: object, bundle: object) => void }
  hook.handler({}, bundle)
  return JSON.parse(bundle['project.config.json'].source)
}

afterEach(() => vi.unstubAllEnvs())

test('the AppID of the environment is in the project, and nothing else changes', () => {
  expect(built({ YIMI_WECHAT_APP_ID: APP_ID })).toEqual({ appid: APP_ID, projectname: '一米' })
  expect(built({ YIMI_WECHAT_APP_ID: '' })).toEqual({ appid: 'touristappid', projectname: '一米' })
})

test.each(['https://yimi.example.cn', 'https://yimi.example.cn:8443', 'http://127.0.0.1:9000', ''])(
  '%s is an address to build for',
  (origin) => {
    expect(() => built({ VITE_API_ORIGIN: origin })).not.toThrow()
  },
)

test.each(['yimi.example.cn', 'https://yimi.example.cn/', 'https://yimi.example.cn/api', 'http://yimi.example.cn', 'https://'])(
  '%s is none',
  (origin) => {
    expect(() => built({ VITE_API_ORIGIN: origin })).toThrow('VITE_API_ORIGIN')
  },
)

test.each(['gh_0123456789ab', 'wx0123', 'WX0123456789ABCDEF', 'touristappid'])('%s is no AppID', (appId) => {
  expect(() => built({ YIMI_WECHAT_APP_ID: appId })).toThrow('YIMI_WECHAT_APP_ID')
})
