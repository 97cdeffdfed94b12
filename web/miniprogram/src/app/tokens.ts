// The tokens of the session, remembered by the phone.
import type { Schemas } from '@yimi/client'

export interface Tokens {
  access: string
  refresh: string
}

const KEY = 'yimi.tokens'
let current: Tokens | null | undefined

export const tokens = {
  get(): Tokens | null {
    if (current === undefined) current = (uni.getStorageSync(KEY) as Tokens) || null
    return current
  },
  keep(session: Pick<Schemas['Session'], 'access_token' | 'refresh_token'>) {
    current = { access: session.access_token, refresh: session.refresh_token }
    uni.setStorageSync(KEY, current)
  },
  drop() {
    current = null
    uni.removeStorageSync(KEY)
  },
}
