import { computed, reactive, ref } from 'vue'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { useSession } from '@/app/session'
import { answersOf } from '@yimi/words/answers'
import { emptyFile, fieldOf, forService, missingInFile, requestOf, type FileForm } from '@yimi/words/fileRequestForm'
import { managedUnits } from '@/staff/units'

/** Filing a request for somebody who called. */
export function useFileRequest() {
  const { person } = useSession()
  const form = reactive<FileForm>(emptyFile())
  const serviceId = ref(0)
  const tried = ref(false)
  const units = useLoad(() => api.get('/units').then(({ items }) => managedUnits(items, person.value?.roles ?? [])))
  const services = useLoad(() =>
    api.get('/service-types', { query: { unit_id: form.unit_id } }).then(({ items }) => items.filter((one) => one.active)),
  )
  const service = computed(() => services.data.value?.find((one) => one.id === serviceId.value) ?? null)

  const filing = useAct((key, input: Schemas['RequestInput']) => api.post('/requests', { body: input, key }))
  const missing = computed(() => missingInFile(form, service.value))
  const said = computed(() => {
    const sent = answersOf(service.value?.questions ?? [], form.answers).map(({ key }) => key)
    return Object.fromEntries((filing.problem.value?.fields ?? []).map(({ name, message }) => [fieldOf(name, sent), message]))
  })
  const errors = computed<Record<string, string>>(() => ({ ...(tried.value ? missing.value : {}), ...said.value }))
  const error = (name: string) => errors.value[name] ?? ''
  const answerErrors = computed(() =>
    Object.fromEntries(Object.entries(errors.value).flatMap(([name, words]) => (name.startsWith('q-') ? [[name.slice(2), words]] : []))),
  )

  async function start() {
    await units.run()
    const [mine] = units.data.value ?? []
    if (mine && !form.unit_id) await chooseUnit(mine.id)
  }

  async function chooseUnit(id: number) {
    form.unit_id = id
    form.slot = null
    await services.run()
    if (!service.value) serviceId.value = 0
  }

  function chooseService(id: number) {
    serviceId.value = id
    if (service.value) Object.assign(form, forService(form, service.value))
  }

  /** The request as it was filed, or nothing when something is missing or it was refused. */
  async function file(): Promise<Schemas['Request'] | undefined> {
    filing.dismiss()
    tried.value = true
    if (!service.value || Object.keys(missing.value).length) return undefined
    return filing.run(requestOf(form, service.value))
  }

  return { form, units, services, service, serviceId, filing, errors, error, answerErrors, start, chooseUnit, chooseService, file }
}
