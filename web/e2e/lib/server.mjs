// The built yimi on a free port with a folder of its own, thrown away afterwards.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { YIMI } from './paths.mjs'
import { recorded } from './record.mjs'

const START_MS = 60_000
const STOP_MS = 15_000

/** Starts `yimi serve --demo` with more settings; gives {origin, dir, log(), stop()}. */
export async function startYimi(settings = []) {
  const dir = mkdtempSync(join(tmpdir(), 'yimi-e2e-'))
  const port = await freePort()
  const own = `http://127.0.0.1:${port}`
  const args = [
    'serve',
    '--demo',
    '--listen',
    `127.0.0.1:${port}`,
    '--metrics-listen',
    '',
    '--database',
    `sqlite:${dir}/yimi.db`,
    '--data-dir',
    dir,
    ...settings,
  ]
  const child = spawn(YIMI, args, { cwd: dir, env: withoutSettings(), stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk))
  const failed = new Promise((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`yimi ended with ${code} before it was ready\n${log}`)))
  })
  failed.catch(() => {}) // after the start an exit is the test's own doing

  let front
  const stop = async () => {
    await front?.stop()
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      const stuck = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      await ended
      clearTimeout(stuck)
    }
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    await Promise.race([ready(`${own}/readyz`), failed])
    front = await recorded(own)
  } catch (error) {
    await stop()
    throw error
  }
  return { origin: front.origin, dir, log: () => log, stop }
}

/** The environment without YIMI_*: no setting of this machine may reach a test. */
function withoutSettings() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('YIMI_')))
}

async function ready(url) {
  const until = Date.now() + START_MS
  while (Date.now() < until) {
    if (
      await fetch(url).then(
        (r) => r.ok,
        () => false,
      )
    )
      return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${url} was not ready within ${START_MS / 1000} s`)
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
