// The client every page uses: signed in, and renewed behind the page's back when the token has run out.
import { createClient, type Incoming, type Outgoing } from '@yimi/client'
import { send } from './transport'
import { tokens } from './tokens'

/** Calls without a token: logging in and renewing. */
export const openApi = createClient(send)

/** Calls as the person who is signed in. They wait for a login that is under way. */
export const api = createClient(authorised)

interface Doorman {
  /** Resolves when the first login is over, whatever came of it. */
  ready(): Promise<void>
  /** Gets new tokens, and asks over the page where that needs the person; false when nobody is signed in afterwards. */
  renew(deed: boolean): Promise<boolean>
  /** Asks to agree to the privacy notice; false when the person would rather not. A deed is more than a reading. */
  agree(deed: boolean): Promise<boolean>
}

let doorman: Doorman = { ready: () => Promise.resolve(), renew: () => Promise.resolve(false), agree: () => Promise.resolve(false) }

/** The session gives itself to the client here, so that the two do not import each other in a circle. */
export function guardWith(session: Doorman) {
  doorman = session
}

let renewing: Promise<boolean> | null = null

/** Many calls may find the token expired at once; one renewal serves them all. */
function renewOnce(deed: boolean): Promise<boolean> {
  renewing ??= doorman.renew(deed).finally(() => (renewing = null))
  return renewing
}

async function authorised(request: Outgoing): Promise<Incoming> {
  const once = () => asMe((token) => send(signed(request, token)), request.method !== 'get')
  const answer = await once()
  return unagreed(answer) && (await doorman.agree(request.method !== 'get')) ? once() : answer
}

const unagreed = ({ status, data }: Incoming) =>
  status === 403 && (data as { code?: string } | undefined)?.code === 'privacy_consent_needed'

/**
 * Sends with the token of who is signed in, and once more with a new one when that has run out. For a deed somebody who
 * is not signed in is asked to; a page that only reads offers it by itself.
 */
export async function asMe<T extends { status: number }>(attempt: (token?: string) => Promise<T>, deed = false): Promise<T> {
  await doorman.ready()
  const used = tokens.get()
  const answer = await attempt(used?.access)
  if (answer.status !== 401) return answer
  // Expired, or made by a server that has since been set up anew. Another call may have renewed meanwhile.
  const renewed = used?.access !== tokens.get()?.access || (await renewOnce(deed))
  const now = tokens.get()
  // The calls of somebody who is gone are not the next one's.
  return renewed && (used?.person === undefined || used.person === now?.person) ? attempt(now?.access) : answer
}

function signed(request: Outgoing, token?: string): Outgoing {
  if (!token) return request
  return { ...request, headers: { ...request.headers, Authorization: `Bearer ${token}` } }
}
