// Check-ins read without a signal: written to the phone before anything else, sent when the network is back, and kept
// until the server has said yes or no and the person has seen a no.
import { computed, shallowRef } from 'vue'
import { Problem, newKey, type Schemas } from '@yimi/client'
import { api } from './api'
import { onLeave } from './own'
import { useSession } from './session'
import { keep, kept } from './storage'

type Input = Schemas['CheckinInput']

export interface WaitingCheckin {
  /** The Idempotency-Key of every attempt. */
  key: string
  personId: number
  /** What the person is told this is, e.g. 清河行动 签到. */
  label: string
  input: Input & { read_at: string }
  /** Why the server said no; absent while it waits. */
  refusal?: { code: string; detail: string }
}

const KEY = 'yimi.checkins'
const RETRY_MS = 30_000
const all = shallowRef<WaitingCheckin[]>([])
let restored = false
let flushing: Promise<void> | null = null
let watching = false

function list(): WaitingCheckin[] {
  if (!restored) all.value = kept<WaitingCheckin[]>(KEY) ?? []
  restored = true
  return all.value
}

function store(next: WaitingCheckin[]) {
  all.value = next
  keep(KEY, next)
}

/** Who goes leaves the proof of their presence, to be sent when they are back, but not where they were; a no is theirs to see. */
onLeave((stays) => {
  const left = list().filter((one) => one.personId === stays || !one.refusal)
  if (left.length) store(left.map((one) => (one.personId === stays ? one : { ...one, input: { ...one.input, location: undefined } })))
  else if (all.value.length) store([])
})

const mine = computed(() => all.value.filter((one) => one.personId === useSession().person.value?.id))

export const offlineCheckins = {
  /** Of the person signed in: waiting for a network. */
  waiting: computed(() => mine.value.filter((one) => !one.refusal)),
  /** Of the person signed in: sent, and refused. Shown until dismissed. */
  refused: computed(() => mine.value.filter((one) => one.refusal)),

  /** Keeps a check-in that could not be sent. `key` is that of the attempt that failed: it may have arrived. */
  add(label: string, input: Input, readAt: number, key = newKey()) {
    const personId = useSession().person.value?.id ?? 0
    store([...list(), { key, personId, label, input: { ...input, read_at: new Date(readAt).toISOString() } }])
  },

  /** Sends again a check-out that the server asked about, as meant. */
  insist(key: string) {
    store(list().map((one) => (one.key === key ? { ...one, key: newKey(), refusal: undefined, input: { ...one.input, sure: true } } : one)))
    return offlineCheckins.flush()
  },

  dismiss(key: string) {
    store(list().filter((one) => one.key !== key))
  },

  /** Sends what waits, in order, and stops at the first that gets no answer. */
  flush(): Promise<void> {
    flushing ??= sendAll().finally(() => (flushing = null))
    return flushing
  },

  /** Sends when the network comes back, and tries now and then: a phone does not always say that it has. */
  watch() {
    if (watching) return
    watching = true
    list()
    uni.onNetworkStatusChange(({ isConnected }) => isConnected && void offlineCheckins.flush())
    setInterval(() => void offlineCheckins.flush(), RETRY_MS)
  },
}

async function sendAll() {
  await useSession().start()
  list()
  for (const one of offlineCheckins.waiting.value) {
    if (!(await sendOne(one))) return
  }
}

/** False when there was no answer that settles it: try later. */
async function sendOne(one: WaitingCheckin): Promise<boolean> {
  try {
    await api.post('/checkins', { body: one.input, key: one.key })
    offlineCheckins.dismiss(one.key)
    return true
  } catch (error) {
    if (!(error instanceof Problem) || error.unsure || error.status === 401) return false
    const { code, detail } = error
    store(list().map((other) => (other.key === one.key ? { ...other, refusal: { code, detail } } : other)))
    return true
  }
}
