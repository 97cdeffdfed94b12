// What a person says of themselves: for registering, and for changing it later.
import { computed, reactive, watch } from 'vue'
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { toFault } from '@/app/nav'

export interface PersonFields {
  name: string
  sex: Schemas['Sex']
  birthDate: string
  unit: { id: number; name: string } | null
  skills: Schemas['Skill'][]
  showOnLeaderboard: boolean
}

export function usePersonForm() {
  const fields = reactive<PersonFields>({ name: '', sex: 'unknown', birthDate: '', unit: null, skills: [], showOnLeaderboard: false })
  const errors = reactive<Record<string, string>>({})
  const units = useLoad(() => api.get('/units'))

  function fill(person: Schemas['Person']) {
    fields.name = person.name
    fields.sex = person.sex ?? 'unknown'
    fields.birthDate = person.birth_date ?? ''
    fields.unit = person.unit ? { id: person.unit.id, name: person.unit.name } : null
    fields.skills = [...person.skills]
    fields.showOnLeaderboard = person.show_on_leaderboard
  }
  function clear() {
    for (const name of Object.keys(errors)) delete errors[name]
  }
  // What is being mended is no longer wrong.
  watch(
    () => fields.name,
    () => delete errors.name,
  )
  watch(
    () => fields.birthDate,
    () => delete errors.birth_date,
  )
  watch(
    () => fields.unit,
    () => delete errors.unit_id,
  )

  /** Goes to where the errors stand; true when there are any. */
  function show(): boolean {
    const any = Object.keys(errors).length > 0
    if (any) toFault()
    return any
  }
  /** What is missing, said at the field; true when nothing is. */
  function complete(needed: { unit: boolean }): boolean {
    clear()
    if (!fields.name.trim()) errors.name = '请写上名字'
    if (!fields.birthDate) errors.birth_date = '请选出生日期'
    if (needed.unit && !fields.unit) errors.unit_id = '请选您住的社区'
    return !show()
  }
  /** The server's word on fields, at the fields; true when it had any. */
  function refused(of: { fields: { name: string; message: string }[] }): boolean {
    clear()
    for (const one of of.fields) errors[one.name] = one.message
    return show()
  }

  return {
    fields,
    errors,
    fill,
    complete,
    refused,
    units: {
      items: computed(() => units.data.value?.items.filter((one) => !['city', 'district_centre'].includes(one.kind)) ?? null),
      problem: units.problem,
      run: units.run,
    },
  }
}
