// A folder over HTTP, for what needs no API; other paths may be passed on to a server that has one.
import { once } from 'node:events'
import { createReadStream, existsSync, statSync } from 'node:fs'
import http from 'node:http'
import { extname, join, normalize } from 'node:path'

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
}

/** Serves the folder; with `api` the paths under /api go there. Gives {origin, stop()}. */
export async function serveFiles(folder, { api = '' } = {}) {
  const server = http.createServer((request, response) => {
    const path = normalize(decodeURIComponent(request.url.split('?')[0]))
    if (api && path.startsWith('/api/')) return passOn(request, response, api)
    const file = join(folder, path.endsWith('/') ? path + 'index.html' : path)
    if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end()
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' })
    createReadStream(file).pipe(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { origin: `http://127.0.0.1:${server.address().port}`, stop }
}

function passOn(request, response, api) {
  const { hostname, port } = new URL(api)
  const onward = http.request({ hostname, port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', () => response.writeHead(502).end())
  request.pipe(onward)
}
