// Which of all units are mine to work for.
import type { Schemas } from '@yimi/client'

type Unit = Schemas['Unit']

/** The units I hold a staff role on, and all under them. */
export function managedUnits(units: Unit[], roles: Schemas['Role'][]): Unit[] {
  const mine = new Set(roles.filter((held) => held.role === 'station_staff' || held.role === 'district_admin').map((held) => held.unit_id))
  const out: Unit[] = []
  for (const unit of units) {
    if (!mine.has(unit.id) && !(unit.parent_id && mine.has(unit.parent_id))) continue
    mine.add(unit.id) // parents come before children
    out.push(unit)
  }
  return out
}
