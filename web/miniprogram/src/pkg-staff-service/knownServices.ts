// The services that staff know of: those of their own units, at present offered or not, and what their units offer of others'.
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'

type Service = Schemas['ServiceType']

export async function knownServices(): Promise<Service[]> {
  const [managed, offered] = await Promise.all([api.get('/service-types', { query: { managed: true } }), api.get('/service-types')])
  return unionOf(managed.items, offered.items)
}

/** Each once, in the order of their list. */
export function unionOf(managed: Service[], offered: Service[]): Service[] {
  const mine = new Set(managed.map((one) => one.id))
  return [...managed, ...offered.filter((one) => !mine.has(one.id))].sort((a, b) => a.position - b.position || a.id - b.id)
}
