// What one person wrote on this phone and has not sent yet. It is theirs: it goes when they sign out, when their session
// is over, and when somebody else signs in; and a page that is still open then keeps nothing more (docs/operations.md).
import { drop, keep, kept } from './storage'

const KEY = 'yimi.own'

interface Own {
  personId: number
  things: Record<string, unknown>
}

/** Whether the phone itself says that somebody is signed in: what a page of another window remembers may be over. */
const isHere = (personId: number) => personId > 0 && kept<{ id: number }>('yimi.person')?.id === personId && kept('yimi.tokens') !== null

const all = (personId: number): Own['things'] => {
  const own = kept<Own>(KEY)
  return own?.personId === personId ? own.things : {}
}

export const own = {
  get: <T>(personId: number, name: string): T | undefined => all(personId)[name] as T | undefined,
  keep(personId: number, name: string, thing: unknown) {
    if (!isHere(personId)) return // signed out meanwhile, perhaps in another window
    keep(KEY, { personId, things: { ...all(personId), [name]: JSON.parse(JSON.stringify(thing)) } } satisfies Own)
  },
  drop(personId: number, name: string) {
    const { [name]: _gone, ...things } = all(personId)
    if (Object.keys(things).length) keep(KEY, { personId, things } satisfies Own)
    else drop(KEY)
  },
}

const leavers: ((stays: number) => void)[] = []

/** To be done when somebody goes from this phone; `stays` is who is signed in now, 0 for nobody. */
export const onLeave = (leaver: (stays: number) => void) => void leavers.push(leaver)

/** Lets go of what is not of who is signed in now. */
export function leave(stays: number) {
  if (!stays || kept<Own>(KEY)?.personId !== stays) drop(KEY)
  for (const leaver of leavers) leaver(stays)
}
