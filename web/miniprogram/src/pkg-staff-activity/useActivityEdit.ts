import { computed, reactive, ref } from 'vue'
import type { Problem, Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { useSession } from '@/app/session'
import { open, periodSaid } from '@yimi/words/campaigns'
import { managedUnits } from '@/staff/units'
import { emptyForm, formOf, inputOf, missingIn, patchOf, type Form, type SeriesDraft } from '@yimi/words/activityForm'

type Activity = Schemas['Activity']
type Shift = Schemas['ShiftInput']
/** A change of a shift, or of all to come of a series, before it is said whether people are asked again. */
export type ShiftChange = Omit<Schemas['ShiftPatch'], 'ask_again'>
export type SeriesChange = Omit<Schemas['SeriesPatch'], 'ask_again'>

export const CANCEL_REASONS = ['天气预警，改期举行', '场地临时不能用', '报名的人太少', '负责人临时有事']

/** Writing an activity, new or there already, and moving it along. */
export function useActivityEdit() {
  const { person, roles } = useSession()
  const id = ref(0)
  const form = reactive<Form>(emptyForm())
  let was = emptyForm()
  const tried = ref(false)
  const fresh = reactive({ shifts: [] as Shift[], series: [] as SeriesDraft[] }) // not on the server yet
  const page = useLoad(readAll)
  const activity = computed(() => page.data.value?.activity ?? null)
  const units = computed(() => managedUnits(page.data.value?.units ?? [], roles.value.length ? (person.value?.roles ?? []) : []))
  const campaigns = computed(() => page.data.value?.campaigns.filter((c) => open(c) || c.id === form.campaign_id) ?? [])
  /** The period of the one chosen, for whoever chooses days. */
  const period = computed(() => campaigns.value.filter((c) => c.id === form.campaign_id).map(periodSaid)[0] ?? '')
  const state = computed(() => activity.value?.state ?? 'draft')
  const closed = computed(() => state.value === 'finished' || state.value === 'cancelled')

  async function readAll() {
    const [units_, campaigns_, found] = await Promise.all([
      api.get('/units').then(({ items }) => items),
      api.get('/campaigns').then(({ items }) => items),
      id.value ? api.get('/activities/{id}', { path: { id: id.value } }) : Promise.resolve(null),
    ])
    return { units: units_, campaigns: campaigns_, activity: found }
  }

  async function start(activityId: number) {
    id.value = activityId
    await page.run()
    if (activity.value) fill(activity.value)
    else preset()
  }

  /** A new activity begins with my station and its telephone. */
  function preset() {
    const [unit] = units.value
    if (!unit || form.unit_id) return
    Object.assign(form, { unit_id: unit.id, contact_phone: unit.phone ?? '', leader_name: person.value?.name ?? '' })
    was = { ...emptyForm(), ...form }
  }

  function fill(a: Activity) {
    was = formOf(a)
    Object.assign(form, { location: undefined, ...formOf(a) })
  }

  /** What the server now says of it. */
  function take(a: Activity) {
    id.value = a.id
    page.data.value = { units: [], campaigns: [], ...page.data.value, activity: a }
  }

  // ---- deeds ----
  const create = useAct((key, input: Schemas['ActivityInput']) => api.post('/activities', { body: input, key }))
  const update = useAct((_, of: number, patch: Schemas['ActivityPatch']) =>
    api.patch('/activities/{id}', { path: { id: of }, body: patch }),
  )
  const addSeries = useAct((key, of: number, series: SeriesDraft) =>
    api.post('/activities/{id}/series', { path: { id: of }, body: series, key }),
  )
  const addShift = useAct((key, of: number, shift: Shift) => api.post('/activities/{id}/shifts', { path: { id: of }, body: shift, key }))
  const changeShift = useAct((_, of: number, patch: Schemas['ShiftPatch']) => api.patch('/shifts/{id}', { path: { id: of }, body: patch }))
  const changeSeries = useAct((_, of: number, patch: Schemas['SeriesPatch']) =>
    api.patch('/series/{id}', { path: { id: of }, body: patch }),
  )
  const publishing = useAct((key, of: number) => api.post('/activities/{id}/publish', { path: { id: of }, key }))
  const finishing = useAct((key, of: number) => api.post('/activities/{id}/finish', { path: { id: of }, key }))
  const cancelling = useAct((key, of: number, reason: string) =>
    api.post('/activities/{id}/cancel', { path: { id: of }, body: { reason }, key }),
  )
  const cancellingShift = useAct((key, of: number, reason: string) =>
    api.post('/shifts/{id}/cancel', { path: { id: of }, body: { reason }, key }),
  )
  const deeds = [create, update, addSeries, addShift, changeShift, changeSeries, publishing, finishing, cancelling, cancellingShift]

  const busy = computed(() => deeds.some((deed) => deed.busy.value))
  const problem = computed<Problem | null>(() => deeds.map((deed) => deed.problem.value).find(Boolean) ?? null)
  const dismiss = () => deeds.forEach((deed) => deed.dismiss())
  const missing = computed(() => missingIn(form))
  const error = (name: string) =>
    (create.problem.value ?? update.problem.value)?.field(name) || (tried.value ? (missing.value[name] ?? '') : '')
  const errors = computed(() => (tried.value ? Object.keys(missing.value).length : 0) || (problem.value?.fields.length ?? 0))
  const changed = computed(() => Object.keys(patchOf(form, was)).length > 0)

  /** Saves the form and the shifts that were added before there was an activity. True when all of it is on the server. */
  async function save(): Promise<boolean> {
    dismiss()
    tried.value = true
    if (errors.value) return false
    const saved = id.value ? await saveChanges() : await create.run({ ...inputOf(form), shifts: fresh.shifts })
    if (!saved) return false
    fresh.shifts = []
    take(saved)
    fill(saved)
    return sendSeries()
  }

  function saveChanges() {
    const patch = patchOf(form, was)
    return Object.keys(patch).length ? update.run(id.value, patch) : Promise.resolve(activity.value)
  }

  async function sendSeries(): Promise<boolean> {
    while (fresh.series.length) {
      const done = await addSeries.run(id.value, fresh.series[0])
      if (!done) return false
      take(done)
      fresh.series.shift()
    }
    return true
  }

  async function settle(deed: Promise<Activity | undefined>): Promise<boolean> {
    dismiss()
    const done = await deed
    if (done) take(done)
    return done !== undefined
  }

  return {
    id,
    form,
    fresh,
    page,
    activity,
    units,
    campaigns,
    period,
    state,
    closed,
    busy,
    problem,
    dismiss,
    error,
    errors,
    changed,
    tried,
    start,
    save,
    publish: () => settle(publishing.run(id.value)),
    finish: () => settle(finishing.run(id.value)),
    cancel: (reason: string) => settle(cancelling.run(id.value, reason)),
    cancelShift: (shift: number, reason: string) => settle(cancellingShift.run(shift, reason)),
    addShift: (shift: Shift) => settle(addShift.run(id.value, shift)),
    addSeries: (series: SeriesDraft) => settle(addSeries.run(id.value, series)),
    changeShift: (shift: number, patch: ShiftChange, askAgain: boolean) =>
      settle(changeShift.run(shift, { ...patch, ask_again: askAgain })),
    changeSeries: (series: number, patch: SeriesChange, askAgain: boolean) =>
      settle(changeSeries.run(series, { ...patch, ask_again: askAgain })),
  }
}
