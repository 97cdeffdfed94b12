// One at a time over all windows of this browser: by a Web Lock, or where a page has none (http) by a note in what is kept.
import { drop, keep, kept } from './storage'

const onH5 = process.env.UNI_PLATFORM === 'h5'
const HOLDS_MS = 20_000 // longer than a request may take: a window that was closed in the middle holds up nobody for longer
const SETTLES_MS = 50
const AGAIN_MS = 100

interface Note {
  by: number
  until: number
}

/** Does it when no other window is doing what has this name. */
export function alone<T>(name: string, act: () => Promise<T>): Promise<T> {
  if (!onH5) return act()
  const locks = globalThis.navigator?.locks
  return locks ? locks.request(name, act) : byNote(name, act)
}

async function byNote<T>(name: string, act: () => Promise<T>): Promise<T> {
  const me = Math.random()
  while (!(await noted(name, me))) await pause(AGAIN_MS)
  try {
    return await act()
  } finally {
    if (kept<Note>(name)?.by === me) drop(name)
  }
}

/** Writes the note unless another stands there; of two at the same moment the later stays, and both look again. */
async function noted(name: string, me: number): Promise<boolean> {
  const left = (kept<Note>(name)?.until ?? 0) - Date.now()
  if (left > 0 && left <= HOLDS_MS) return false
  keep(name, { by: me, until: Date.now() + HOLDS_MS } satisfies Note)
  await pause(SETTLES_MS)
  return kept<Note>(name)?.by === me
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
