// What of a worker staff may change.
import type { Schemas } from '@yimi/client'

type Worker = Schemas['Provider']

export interface WorkerForm {
  level: Schemas['Qualification']
  service_type_ids: number[]
  /** 0 for none. */
  supervisor_id: number
  /** 0 for no limit. */
  daily_cap: number
  active: boolean
}

export function workerFormOf(of: Worker): WorkerForm {
  const { level, service_type_ids, supervisor_id = 0, daily_cap, active } = of
  return { level, service_type_ids: [...service_type_ids].sort((a, b) => a - b), supervisor_id, daily_cap, active }
}

/** Only what differs. Nobody as a supervisor is said as null. */
export function workerPatchOf(form: WorkerForm, of: Worker): Schemas['ProviderPatch'] {
  const was = workerFormOf(of)
  const now: WorkerForm = { ...form, service_type_ids: [...form.service_type_ids].sort((a, b) => a - b) }
  const changed = (Object.keys(now) as (keyof WorkerForm)[]).filter((key) => JSON.stringify(now[key]) !== JSON.stringify(was[key]))
  return Object.fromEntries(changed.map((key) => [key, key === 'supervisor_id' ? now[key] || null : now[key]]))
}
