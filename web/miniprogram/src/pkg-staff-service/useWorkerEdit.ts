import { computed, reactive, ref, shallowRef } from 'vue'
import { Problem, type Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { reportOf, type Report } from '@/staff/batch'
import { workerFormOf, workerPatchOf, type WorkerForm } from '@yimi/words/workerForm'

type Worker = Schemas['Provider']

/** A worker's level, services, supervisor and cap; and giving all cases to another. */
export function useWorkerEdit() {
  const id = ref(0)
  const form = reactive<WorkerForm>({ level: 'none', service_type_ids: [], supervisor_id: 0, daily_cap: 0, active: true })
  const page = useLoad(read)
  const worker = computed(() => page.data.value?.worker ?? null)
  const others = computed(() => (page.data.value?.workers ?? []).filter((one) => one.id !== id.value))
  const services = computed(() => page.data.value?.services ?? [])

  async function read() {
    const { items: workers } = await api.get('/providers')
    const found = workers.find((one) => one.id === id.value)
    if (!found) throw new Problem({ status: 404, code: 'not_found', detail: '没有这位社工，或他不在您管的站。请从“社工”里打开' })
    const { items: services } = await api.get('/service-types', { query: { unit_id: found.unit_id } })
    return { workers, worker: found, services }
  }

  async function start(workerId: number) {
    id.value = workerId
    await page.run()
    if (worker.value) Object.assign(form, workerFormOf(worker.value))
  }

  const update = useAct((_, of: number, patch: Schemas['ProviderPatch']) => api.patch('/providers/{id}', { path: { id: of }, body: patch }))
  const changed = computed(() => (worker.value ? Object.keys(workerPatchOf(form, worker.value)).length > 0 : false))

  async function save(): Promise<boolean> {
    if (!worker.value) return false
    const saved = await update.run(id.value, workerPatchOf(form, worker.value))
    if (saved) take(saved)
    return saved !== undefined
  }

  function take(saved: Worker) {
    const all = page.data.value!
    page.data.value = { ...all, worker: saved, workers: all.workers.map((one) => (one.id === saved.id ? saved : one)) }
    Object.assign(form, workerFormOf(saved))
  }

  // ---- hand over ----
  const handing = useAct((key, of: number, input: Schemas['HandOverInput']) =>
    api.post('/providers/{id}/hand-over', { path: { id: of }, body: input, key }),
  )
  const report = shallowRef<Report | null>(null)

  /** How many went, or nothing when it was refused; those that stayed are reported. */
  async function handOver(toId: number, reason: string): Promise<number | undefined> {
    const result = await handing.run(id.value, { to_id: toId, reason })
    if (!result) return undefined
    const stayed = await namesOf(result.items.filter((item) => !item.done).map((item) => item.id))
    const told = reportOf(result, (of) => stayed.get(of) ?? '一件申请')
    if (told.failed.length) report.value = told
    await page.run()
    return told.done
  }

  return { id, form, page, worker, others, services, update, changed, start, save, handing, report, handOver }
}

/** The answer names cases by id alone. */
async function namesOf(ids: number[]): Promise<Map<number, string>> {
  const found = await Promise.all(ids.map((id) => api.get('/requests/{id}', { path: { id } }).catch(() => null)))
  return new Map(found.flatMap((one) => (one ? [[one.id, `${one.service_name} · ${one.person_name}`] as const] : [])))
}
