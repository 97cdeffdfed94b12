// What the pages ask and how they are answered, kept for later servers: with E2E_RECORD=FILE each call of a page (it says
// X-Yimi-Client) that went well is a line there. Of answers only the shape is kept, of secrets only the length.
// TestKeepCalls in internal/httpapi makes of the lines what stands in testdata/calls (docs/releases.md).
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import http from 'node:http'

const FILE = process.env.E2E_RECORD
const SECRET = /token|password/

/** An address before the server's that writes down what passes; without E2E_RECORD the server's own. */
export async function recorded(origin) {
  if (!FILE) return { origin, stop: async () => {} }
  const server = http.createServer((request, response) => void pass(origin, request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { origin: `http://127.0.0.1:${server.address().port}`, stop }
}

async function pass(origin, request, response) {
  const { hostname, port } = new URL(origin)
  const sent = await bytesOf(request).catch(() => null)
  if (!sent) return response.destroy() // the page has gone
  const headers = { ...request.headers, 'accept-encoding': 'identity' }
  const onward = http.request({ hostname, port, path: request.url, method: request.method, headers }, async (answer) => {
    const got = await bytesOf(answer).catch(() => null)
    if (!got) return response.destroy()
    response.writeHead(answer.statusCode, answer.headers)
    response.end(got)
    if (request.headers['x-yimi-client'] && answer.statusCode < 300) keep(request, sent, answer, got)
  })
  onward.on('error', () => response.destroy())
  onward.end(sent)
}

async function bytesOf(stream) {
  const parts = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}

function keep({ method, url, headers }, sent, answer, got) {
  const [path, query = ''] = url.replace('/api/v1', '').split('?')
  const line = {
    method: headers['x-http-method-override'] ?? method,
    path,
    query,
    body: jsonOf(headers, sent),
    status: answer.statusCode,
    answer: shapeOf(jsonOf(answer.headers, got)),
  }
  if (headers['content-type']?.startsWith('multipart/')) line.form = true
  appendFileSync(FILE, JSON.stringify(line, masked) + '\n')
}

const jsonOf = (headers, bytes) =>
  bytes.length && headers['content-type']?.includes('json') ? JSON.parse(bytes.toString('utf8')) : undefined

/** {"items[].name": ["string"]}: each field of an answer, with the types it had. */
function shapeOf(value, at = '', into = {}) {
  const type = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  if (at && value !== undefined && !(into[at] ??= []).includes(type)) into[at].push(type)
  if (type === 'array') value.forEach((item) => shapeOf(item, `${at}[]`, into))
  else if (type === 'object') for (const [key, item] of Object.entries(value)) shapeOf(item, at ? `${at}.${key}` : key, into)
  return into
}

const masked = (key, value) => (SECRET.test(key) && typeof value === 'string' ? value.replace(/[A-Za-z]/g, 'x').replace(/\d/g, '0') : value)
