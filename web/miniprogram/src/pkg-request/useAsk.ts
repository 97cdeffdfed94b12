// Asking for a service: the form and its steps, whom it is for, submitting it; or mending one that came back.
import { computed, reactive, ref, shallowRef, watch, type UnwrapNestedRefs } from 'vue'
import { onLoad, onShow } from '@dcloudio/uni-app'
import type { Problem, Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { call } from '@/app/device'
import { useElder } from '@/app/elder'
import { unbroken } from '@yimi/words/format'
import { useLoad } from '@/app/list'
import { idOf, open, toFault } from '@/app/nav'
import { moment } from '@/app/nextStep'
import { consentTo } from '@/app/privacy'
import { refusalOf, type RefusalText } from '@/app/refusal'
import { asksHealth, RELATIONS } from '@yimi/words/requestWords'
import { useSession } from '@/app/session'
import { useSettings } from '@/app/settings'
import { askToTell, TELL } from '@/app/subscribe'
import { inputOf as beneficiaryInput, fieldsOf, isMinor, needsConsent, type Beneficiary } from '@/pages/beneficiary'
import {
  fits,
  formOf,
  freshForm,
  inputOf,
  isBegun,
  missingInWho,
  missingOfMe,
  patchOf,
  restoredForm,
  stepOfField,
  stepsOf,
  type AskForm,
  type Step,
} from './askForm'
import { keptDraft } from './keptDraft'
import { usePictures } from './usePictures'
import { useSlots } from './useSlots'

type Service = Schemas['ServiceType']
type Request = Schemas['Request']

export function useAsk() {
  const { person, signedIn, starting, start, reload } = useSession()
  const { settings } = useSettings()
  const { elder } = useElder()
  const serviceId = ref(0)
  const requestId = ref(0)
  const form = reactive<AskForm>(freshForm({ promises: [], ways: ['station'] } as unknown as Service))
  const errors = reactive<Record<string, string>>({})
  const step = ref<Step>('who')
  const resumed = ref(false)
  const filled = ref(false) // before, no field is shown: what came into it later would replace what had been typed
  let filledFor = ''

  onLoad((query) => {
    serviceId.value = idOf(query?.service_id)
    requestId.value = idOf(query?.request_id)
  })
  onShow(() => void run())

  // ---- the service, the request that is mended, those one asks for ----
  const missing = computed(() => !serviceId.value && !requestId.value)
  const loaded = useLoad(async () => {
    const request = requestId.value ? await api.get('/requests/{id}', { path: { id: requestId.value } }) : null
    const service = await api.get('/service-types/{id}', { path: { id: request?.service_type_id ?? serviceId.value } })
    return { service, request }
  })
  const service = computed(() => loaded.data.value?.service ?? null)
  const request = computed(() => loaded.data.value?.request ?? null)
  const family = useLoad(() => api.get('/me/beneficiaries'))
  const guardians = useLoad(() => api.get('/me/guardians'))
  const same = useLoad(() => api.get('/me/requests', { query: { open: true, service_type_id: service.value!.id } }))

  async function run() {
    if (missing.value) return
    await start()
    await Promise.all([loaded.run(), ...(signedIn.value ? [family.run(), ...(young.value ? [guardians.run()] : [])] : [])])
    if (service.value && signedIn.value) fill(service.value)
    if (service.value && signedIn.value && !requestId.value) await same.run()
  }

  /** Once a service and person: what was kept, what is mended, or an empty form. */
  function fill(of: Service) {
    const whose = `${person.value?.id} ${of.id} ${requestId.value}`
    if (filledFor === whose) return
    filledFor = whose
    const kept = request.value ? undefined : keptDraft.get(person.value?.id ?? 0, of.id)
    Object.assign(form, request.value ? formOf(of, request.value) : kept ? restoredForm(of, kept) : freshForm(of))
    if (form.beneficiaryId && !request.value && !people.value.some((one) => one.id === form.beneficiaryId)) form.beneficiaryId = 0
    choose(kept || request.value ? form.beneficiaryId : (self.value?.id ?? 0))
    resumed.value = kept !== undefined
    if (returned.value && of.active && of.mode === 'booking') void slots.start(form.slot)
    filled.value = true
  }
  watch(form, () => {
    if (filledFor && !requestId.value && service.value && isBegun(form)) keptDraft.keep(person.value?.id ?? 0, service.value.id, form)
  })
  function startOver() {
    if (!service.value) return
    keptDraft.drop(person.value?.id ?? 0, service.value.id)
    Object.assign(form, freshForm(service.value))
    choose(self.value?.id ?? 0)
    resumed.value = false
    step.value = 'who'
  }

  // ---- for whom ----
  const people = computed(() => family.data.value?.items ?? [])
  const self = computed(() => people.value.find((one) => one.relation === 'self'))
  const others = computed(() => people.value.filter((one) => one.relation !== 'self'))
  const who = computed(() => people.value.find((one) => one.id === form.beneficiaryId) ?? null)
  /** What is known of whom it is for, kept or not. */
  const known = computed<Pick<Beneficiary, 'age' | 'groups'>>(() => who.value ?? { groups: [], age: ageOf(person.value?.birth_date) })
  const forWhom = computed(() =>
    request.value
      ? whomOf(request.value.relation, request.value.beneficiary_name)
      : whomOf(who.value?.relation ?? 'self', who.value?.name ?? ''),
  )
  const fit = computed(() => (service.value && !request.value ? fits(service.value, known.value) : true))
  /** Who is under 18 agrees for nobody; for oneself the guardian does, by the guardian's own account. */
  const young = computed(() => isMinor(person.value?.birth_date))
  const forOneself = computed(() => (request.value ?? who.value ?? { relation: 'self' }).relation === 'self')
  const guardianWaits = computed(
    () => young.value && forOneself.value && (request.value ? request.value.guardian_missing : guardians.data.value?.items.length === 0),
  )
  const guardianMissing = computed(
    () =>
      !forOneself.value &&
      (request.value
        ? request.value.guardian_missing && (young.value || !form.guardian)
        : !!who.value && isMinor(who.value.birth_date) && (young.value || !who.value.guardian)),
  )
  /** What the station has to know of who asks, and does not yet: a name, and which station it is. */
  const asksMe = computed(() => ({
    name: !request.value && !person.value?.name,
    unit: !request.value && !person.value?.unit && !who.value?.unit_id,
  }))
  const introduces = computed(() => asksMe.value.name || asksMe.value.unit)
  const units = useLoad(() => api.get('/units'))
  const introduce = useAct((_key, body: Schemas['PersonPatch']) => api.patch('/me', { body }))
  /** Said once, kept in the profile; true when there is nothing more to say. */
  async function introduced(): Promise<boolean> {
    if (!introduces.value) return true
    const { name, unit } = asksMe.value
    const kept = await introduce.run({
      ...(name ? { name: form.name.trim() } : {}),
      ...(unit && form.unit ? { unit_id: form.unit.id } : {}),
    })
    if (!kept) {
      refused()
      return false
    }
    await reload().catch(() => undefined)
    return !introduces.value
  }
  const consentMissing = computed(() => !!who.value && needsConsent(who.value.relation) && !who.value.consent)

  /** About somebody else's health that one says, as one was told. */
  const othersHealth = computed(
    () => !!service.value && asksHealth(service.value) && (request.value ?? who.value ?? { relation: 'self' }).relation !== 'self',
  )

  /** Phone and address come along, as they were said the last time. */
  function choose(id: number) {
    const before = contactOf(form.beneficiaryId)
    if (form.beneficiaryId !== id) form.health = ''
    form.beneficiaryId = id
    const contact = contactOf(id)
    if (!form.phone || form.phone === before.phone) form.phone = contact.phone
    if (!form.address || form.address === before.address) form.address = contact.address
  }
  function contactOf(id: number) {
    const { phone = '', address = '' } = people.value.find((one) => one.id === id) ?? {}
    return { phone, address }
  }

  /** What stands in the form as it was said the last time. */
  const remembered = computed(() => {
    const { phone, address } = contactOf(form.beneficiaryId)
    return { phone: phone !== '' && form.phone === phone, address: address !== '' && form.address === address }
  })

  const editing = shallowRef<Partial<Beneficiary> | null>(null)
  const addPerson = () => (editing.value = {})
  const changePerson = (of: Beneficiary) => (editing.value = of)
  async function personSaved(saved: Beneficiary) {
    editing.value = null
    await family.run()
    choose(saved.id)
  }
  /** The tick itself is kept with the child, for the next time too. */
  const consent = useAct((_key, of: Beneficiary) =>
    api.patch('/me/beneficiaries/{id}', { path: { id: of.id }, body: beneficiaryInput({ ...fieldsOf(of), guardian: true }) }),
  )
  async function agree() {
    delete errors.guardian
    if (request.value) return void (form.guardian = !form.guardian)
    if (who.value && (await consent.run(who.value))) await family.run()
  }

  // ---- steps ----
  /** What the station gave back is sent again whatever its service is by now; where nobody gives times, the station arranges one. */
  const returned = computed(() => request.value?.state === 'returned')
  const taken = computed(() => !!service.value && (service.value.active || returned.value))
  const timed = computed(() => !returned.value || (!!service.value?.active && slots.data?.providers.length !== 0))
  const steps = computed(() => (service.value ? stepsOf(service.value, timed.value) : []))
  const position = computed(() => steps.value.indexOf(step.value))
  function show(wrong: Record<string, string>) {
    for (const field of Object.keys(errors)) delete errors[field]
    Object.assign(errors, wrong)
  }
  watch(
    () => ({ ...form, answers: { ...form.answers } }),
    (now, before) => {
      for (const field of ['name', 'words', 'phone', 'address'] as const) if (now[field] !== before[field]) delete errors[field]
      if (now.unit !== before.unit) delete errors.unit_id
      if (now.health !== before.health) delete errors.health_consent
      for (const key of Object.keys(now.answers)) if (now.answers[key] !== before.answers[key]) delete errors[`answers.${key}`]
      if (now.way !== before.way) ['phone', 'address'].forEach((field) => delete errors[field])
      if (now.beneficiaryId !== before.beneficiaryId) ['guardian', 'consent', 'health_consent'].forEach((field) => delete errors[field])
    },
  )
  function complete(): boolean {
    if (!service.value) return false
    show({
      ...missingInWho(form, service.value),
      ...missingOfMe(form, asksMe.value),
      ...(guardianMissing.value
        ? {
            guardian: young.value
              ? '孩子的事要监护人同意。请监护人用自己的手机来申请，或者打电话'
              : '孩子的事要监护人同意。您不是监护人，就请监护人来申请，或者打电话',
          }
        : {}),
      ...(consentMissing.value ? { consent: '请写明对方怎么同意的' } : {}),
      ...(othersHealth.value && !form.health ? { health_consent: '请问过本人（孩子问监护人），再选一个' } : {}),
    })
    return Object.keys(errors).length === 0
  }
  function go(to: Step) {
    if (to !== 'who' && !complete()) to = 'who'
    if (to === 'confirm' && steps.value.includes('slot') && !form.slot) to = 'slot'
    if (to === 'slot' && step.value !== 'slot') void slots.start(form.slot)
    step.value = to
    uni.pageScrollTo({ scrollTop: 0, duration: 0, fail: () => {} })
  }
  async function next() {
    if (introduce.busy.value) return
    if (step.value === 'slot') takeSlot()
    if (step.value === 'who' && !complete()) return toFault()
    if (step.value === 'who' && !(await introduced())) return
    const to = steps.value[position.value + 1]
    if (to) go(to)
  }
  const previous = () => position.value > 0 && go(steps.value[position.value - 1])

  // ---- the time ----
  const unitId = computed(() => who.value?.unit_id ?? request.value?.unit_id)
  const slots = useSlots({ service: () => service.value, unitId: () => unitId.value })
  function takeSlot() {
    const slot = slots.chosen
    if (slot) form.slot = { providerId: slot.provider_id, startsAt: slot.starts_at, endsAt: slot.ends_at }
  }
  const workerName = computed(() => (form.slot ? slots.nameOf(form.slot.providerId) : ''))

  // ---- the same, still open ----
  const similar = computed(
    () =>
      same.data.value?.items.find(
        (one) => one.id !== requestId.value && (one.relation === 'self' ? forOneself.value : one.beneficiary_id === form.beneficiaryId),
      ) ?? null,
  )

  // ---- submit ----
  const pictures = usePictures()
  const made = shallowRef<Request | null>(null)
  const create = useAct((key, body: Schemas['RequestInput']) => api.post('/requests', { body, key }))
  const change = useAct((_key, id: number, body: Schemas['RequestPatch']) => api.patch('/requests/{id}', { path: { id }, body }))
  const resubmit = useAct((key, id: number, _body: Schemas['RequestPatch']) => api.post('/requests/{id}/submit', { path: { id }, key }))
  const busy = computed(() => create.busy.value || change.busy.value || resubmit.busy.value || pictures.sending.value)

  /** Words about one's own health need a consent of their own. */
  const sensitive = computed(
    () => (request.value ?? who.value ?? { relation: 'self' }).relation === 'self' && !!service.value && asksHealth(service.value),
  )

  async function submit() {
    if (!service.value || busy.value) return
    if (!complete()) return go('who')
    if (sensitive.value) await consentTo('sensitive') // who says no is refused, with what else there is to do
    await askToTell(TELL.ask)
    const done = requestId.value ? await mend() : await create.run(inputOf(form, service.value, who.value?.unit_id))
    if (!done) return refused()
    made.value = done
    keptDraft.drop(person.value?.id ?? 0, service.value.id)
    if (await pictures.send(done.id)) leave()
  }
  async function mend(): Promise<Request | undefined> {
    const body = patchOf(form, service.value!)
    const changed = await change.run(requestId.value, body)
    return changed && resubmit.run(requestId.value, body)
  }
  function leave() {
    const id = made.value?.id
    filledFor = '' // what is shown in passing is no draft
    uni.showToast({ title: '已提交', icon: 'none' })
    uni.redirectTo({ url: `/pkg-request/request?id=${id}` })
  }
  const acts = [create, change, resubmit, consent, introduce]
  const problem = computed<Problem | null>(() => acts.map((one) => one.problem.value).find((one) => one !== null) ?? null)
  /** Fields that the server refused stand at the fields, in their step. */
  function refused() {
    const fields = problem.value?.fields ?? []
    if (!fields.length || problem.value?.code === 'consent_needed') return
    for (const act of acts) act.dismiss()
    show(Object.fromEntries(fields.map((one) => [one.name, one.message])))
    step.value = steps.value.includes('slot') && fields.every((one) => stepOfField(one.name) === 'slot') ? 'slot' : 'who'
    uni.pageScrollTo({ scrollTop: 0, duration: 0, fail: () => {} })
  }

  const refusal = computed<RefusalText | null>(() => {
    if (pictures.problem.value)
      return {
        title: '申请已提交，图片没有传完',
        detail: `${refusalOf(pictures.problem.value).title}：还有 ${pictures.pictures.value.length} 张没有传上。申请已经交给社工站，不用再交一次。`,
        choices: [
          { act: 'send_again', text: '再传一次' },
          { act: 'leave', text: '不传了，看申请' },
        ],
      }
    const of = problem.value
    if (!of) return null
    const text = refusalOf(of)
    if (of.nextFree.length)
      return {
        ...text,
        detail: `${text.detail}。申请还没有提交，您填的都在。最近有空的是：`.replace('。。', '。'),
        choices: [
          ...of.nextFree.map((one) => ({
            act: `slot ${one.provider_id} ${one.starts_at} ${one.ends_at}`,
            text: `改约 ${slotSaid(one, of.nextFree)}`,
          })),
          { act: 'other_slot', text: '看看别的时间' },
          { act: 'close', text: '先不约了' },
        ],
      }
    return text
  })
  function slotSaid(one: Schemas['Slot'], all: Schemas['Slot'][]): string {
    const others = all.some((other) => other.provider_id !== form.slot?.providerId)
    return `${moment(one.starts_at, elder.value)}${others ? ` ${unbroken(slots.nameOf(one.provider_id))}` : ''}`
  }
  function onRefusal(act: string) {
    pictures.problem.value = null
    for (const one of acts) one.dismiss()
    if (act === 'send_again') return void pictures.send(made.value!.id).then((all) => all && leave())
    if (made.value) return leave()
    if (act.startsWith('slot ')) {
      const [, providerId, startsAt, endsAt] = act.split(' ')
      form.slot = { providerId: Number(providerId), startsAt, endsAt }
      return void submit()
    }
    if (act === 'other_slot') {
      form.slot = null
      slots.chosen = null
      go('slot')
    }
    if (act === 'retry') void (step.value === 'who' ? next() : submit())
    if (act === 'consent') void consentTo('sensitive', true).then((agreed) => (agreed ? submit() : undefined))
    if (act === 'call') callStation()
    if (act === 'services') open('/pages/services/index')
    if (act === 'profile') go('who')
    if (act === 'who') go('who')
    if (act === 'reload') void (requestId.value ? uni.redirectTo({ url: `/pkg-request/request?id=${requestId.value}` }) : run())
  }

  const phone = computed(() => person.value?.unit?.phone ?? '')
  const callStation = () => (phone.value ? call(phone.value) : open('/pages/services/index'))

  return reactive({
    ...{
      missing,
      taken,
      first: loaded.first,
      loadProblem: loaded.problem,
      loading: loaded.loading,
      run,
      signedIn,
      starting,
      person,
      settings,
    },
    ...{ service, request, filled, form, errors, step, steps, position, go, next, previous, resumed, startOver },
    ...{
      self,
      others,
      who,
      forWhom,
      fit,
      young,
      guardianWaits,
      guardianMissing,
      consentMissing,
      othersHealth,
      asksMe,
      introduces,
      remembered,
      introducing: introduce.busy,
      units: computed(() => units.data.value?.items.filter((one) => !['city', 'district_centre'].includes(one.kind)) ?? null),
      unitsProblem: units.problem,
      loadUnits: units.run,
      choose,
      editing,
      addPerson,
      changePerson,
      personSaved,
      agree,
      agreeing: consent.busy,
    },
    ...{ slots, workerName, similar, busy, submit, refusal, onRefusal, phone, callStation },
    ...{
      pictures: pictures.pictures,
      addPicture: () => pictures.add(request.value?.attachments?.length ?? 0),
      dropPicture: pictures.drop,
      lookAt: pictures.look,
    },
  })
}

export type AskModel = UnwrapNestedRefs<ReturnType<typeof useAsk>>

const whomOf = (relation: Schemas['Relation'], name: string) => (relation === 'self' ? '为本人' : `为${RELATIONS[relation]} ${name}`)

function ageOf(birthDate?: string): number | undefined {
  if (!birthDate) return undefined
  const now = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  return Number(now.slice(0, 4)) - Number(birthDate.slice(0, 4)) - (now.slice(5) < birthDate.slice(5) ? 1 : 0)
}
