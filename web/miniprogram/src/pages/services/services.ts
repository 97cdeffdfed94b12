// Finding a service: by whom it is for, by words, under its theme.
import type { Schemas } from '@yimi/client'
import { folded } from '@yimi/words/plain'
import { THEMES } from '@yimi/words/requestWords'

type Service = Schemas['ServiceType']
type Group = Schemas['TargetGroup']
export type Segment = 'all' | 'elder' | 'child' | 'family'

export const SEGMENTS: [Segment, string][] = [
  ['all', '全部'],
  ['elder', '老人'],
  ['child', '孩子'],
  ['family', '全家'],
]

const SERVES: Record<Exclude<Segment, 'all'>, Group[]> = {
  elder: ['elder', 'everyone'],
  child: ['child', 'left_behind', 'everyone'],
  family: ['everyone', 'disabled', 'hardship', 'low_income'],
}

export function inSegment(service: Service, segment: Segment): boolean {
  return segment === 'all' || service.groups.some((group) => SERVES[segment].includes(group))
}

const textOf = (service: Service) => folded(`${service.name} ${service.line} ${service.detail}`)
/** Neighbouring letters: 老人, 人一, 一个 … so that a whole sentence finds something. */
const pairs = (words: string) => [...words].slice(1).map((letter, n) => [...words][n] + letter)

/**
 * The services whose name, line or detail has every word. A sentence that none of them has finds the nearest:
 * those that share the most with it, `near` then says so.
 */
export function findServices(all: Service[], asked: string): { items: Service[]; near: boolean } {
  const words = folded(asked)
    .split(/[\s。、,]+/)
    .filter(Boolean)
  if (!words.length) return { items: all, near: false }
  const exact = all.filter((one) => words.every((word) => textOf(one).includes(word)))
  if (exact.length) return { items: exact, near: false }
  const wanted = words.flatMap(pairs)
  const shared = (one: Service) => wanted.filter((pair) => textOf(one).includes(pair)).length
  const most = Math.max(0, ...all.map(shared))
  return { items: most ? all.filter((one) => shared(one) === most) : [], near: true }
}

/** Under their themes, in the order of the themes; themes without any are left out. */
export function byTheme(services: Service[]) {
  return (Object.keys(THEMES) as Schemas['ServiceTheme'][])
    .map((theme) => ({ theme, title: THEMES[theme], items: services.filter((one) => one.theme === theme) }))
    .filter((group) => group.items.length > 0)
}
