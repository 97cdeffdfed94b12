// The only place that calls uni.request.
import { offlineProblem, type Incoming, type Outgoing } from '@yimi/client'

const TIMEOUT_MS = 15_000
export const FILE_TIMEOUT_MS = 60_000
const onH5 = process.env.UNI_PLATFORM === 'h5'

/** H5 is served by the server itself; the mini-program has to be told where that is. */
export const origin = onH5 ? '' : import.meta.env.VITE_API_ORIGIN || 'http://127.0.0.1:8080'

/** Says with every call which version asks; the server refuses one that it no longer serves. */
export const client = { 'X-Yimi-Client': `miniprogram/${YIMI_VERSION}` }

/** Sends one request through uni.request. No answer is the problem `offline`. */
export function send(request: Outgoing): Promise<Incoming> {
  const { method, headers } = spoken(request)
  return new Promise((resolve, reject) => {
    uni.request({
      url: origin + request.url,
      method,
      header: { ...headers, ...client },
      data: request.body as UniApp.RequestOptions['data'],
      timeout: TIMEOUT_MS,
      success: ({ statusCode, data }) => resolve({ status: statusCode, data: parsed(data) }),
      fail: () => reject(offlineProblem()),
    })
  })
}

/** Sends a POST without a body, and takes the answer as bytes. */
export function postForBytes(url: string, header: Record<string, string>): Promise<Incoming> {
  return new Promise((resolve, reject) => {
    uni.request({
      ...{ url: origin + url, header, method: 'POST', responseType: 'arraybuffer', timeout: FILE_TIMEOUT_MS },
      success: ({ statusCode, data }) => resolve({ status: statusCode, data }),
      fail: () => reject(offlineProblem()),
    })
  })
}

/** wx.request knows no PATCH: there it goes as a POST that says what it means. */
function spoken({ method, headers }: Outgoing) {
  if (method !== 'patch' || onH5) return { method: method.toUpperCase() as UniApp.RequestOptions['method'], headers }
  return { method: 'POST' as const, headers: { ...headers, 'X-HTTP-Method-Override': 'PATCH' } }
}

/** uni.request parses application/json of itself, but not on every platform application/problem+json. */
export function parsed(data: unknown): unknown {
  if (typeof data !== 'string' || !/^\s*[{[]/.test(data)) return data
  try {
    return JSON.parse(data)
  } catch {
    return data
  }
}
