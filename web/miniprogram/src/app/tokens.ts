// The tokens of the session, remembered by the phone.
import type { Schemas } from '@yimi/client'
import { drop, keep, kept } from './storage'

export interface Tokens {
  access: string
  refresh: string
  /** Whose they are; what was kept by an older program does not say. */
  person?: number
}

export const TOKENS = 'yimi.tokens'
let current: Tokens | null | undefined

export const tokens = {
  get(): Tokens | null {
    if (current === undefined) current = kept<Tokens>(TOKENS)
    return current
  },
  keep(session: Pick<Schemas['Session'], 'access_token' | 'refresh_token'> & { person: { id: number } }) {
    current = { access: session.access_token, refresh: session.refresh_token, person: session.person.id }
    if (keep(TOKENS, current)) return
    // An older token that stayed behind would end the session when it came back.
    drop(TOKENS)
    keep(TOKENS, current)
  },
  /** Takes up what another window of this browser has kept since; whether that is something else. */
  reread(): boolean {
    const before = current?.access
    current = undefined
    return this.get()?.access !== before
  },
  drop() {
    current = null
    drop(TOKENS)
  },
}
