import { computed, reactive, ref } from 'vue'
import { Problem, type Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { useSession } from '@/app/session'
import { emptyService, missingInService, serviceFormOf, serviceInputOf, servicePatchOf, type ServiceForm } from '@yimi/words/serviceForm'
import { managedUnits } from '@/staff/units'

type Service = Schemas['ServiceType']

/** Writing a service of the catalogue, new or there already. */
export function useServiceEdit() {
  const { person } = useSession()
  const id = ref(0)
  const form = reactive<ServiceForm>(emptyService())
  let was = emptyService()
  const tried = ref(false)
  const page = useLoad(async () => {
    const [units, service] = await Promise.all([
      api.get('/units').then(({ items }) => managedUnits(items, person.value?.roles ?? [])),
      id.value ? api.get('/service-types/{id}', { path: { id: id.value } }) : Promise.resolve(null),
    ])
    return { units, service }
  })
  const service = computed(() => page.data.value?.service ?? null)
  const units = computed(() => page.data.value?.units ?? [])

  async function start(serviceId: number) {
    id.value = serviceId
    await page.run()
    if (service.value) fill(service.value)
    else if (units.value[0]) form.unit_id = units.value[0].id
  }

  function fill(of: Service) {
    was = serviceFormOf(of)
    Object.assign(form, serviceFormOf(of))
  }

  const create = useAct((key, input: Schemas['ServiceTypeInput']) => api.post('/service-types', { body: input, key }))
  const update = useAct((_, of: number, patch: Schemas['ServiceTypePatch']) =>
    api.patch('/service-types/{id}', { path: { id: of }, body: patch }),
  )
  const busy = computed(() => create.busy.value || update.busy.value)
  const problem = computed<Problem | null>(() => create.problem.value ?? update.problem.value)
  const missing = computed(() => missingInService(form))
  /** By the first word of the field: an error in the third question is one in the questions. */
  const said = computed(() => Object.fromEntries((problem.value?.fields ?? []).map(({ name, message }) => [name.split('.')[0], message])))
  const errors = computed<Record<string, string>>(() => ({ ...(tried.value ? missing.value : {}), ...said.value }))
  const error = (name: string) => errors.value[name] ?? ''
  const changed = computed(() => Object.keys(servicePatchOf(form, was)).length > 0)

  function dismiss() {
    create.dismiss()
    update.dismiss()
  }

  async function keep(deed: Promise<Service | undefined>): Promise<boolean> {
    dismiss()
    const saved = await deed
    if (!saved) return false
    id.value = saved.id
    page.data.value = { units: units.value, service: saved }
    fill(saved)
    tried.value = false
    return true
  }

  async function save(): Promise<boolean> {
    tried.value = true
    dismiss()
    if (Object.keys(missing.value).length) return false
    return keep(id.value ? update.run(id.value, servicePatchOf(form, was)) : create.run(serviceInputOf(form)))
  }

  /** Stops offering it, or offers it again. What else was changed stays as it is in the form. */
  async function offer(active: boolean): Promise<boolean> {
    dismiss()
    const saved = await update.run(id.value, { active })
    if (saved) page.data.value = { units: units.value, service: saved }
    return saved !== undefined
  }

  return { id, form, page, service, units, busy, problem, dismiss, errors, error, changed, start, save, offer }
}
