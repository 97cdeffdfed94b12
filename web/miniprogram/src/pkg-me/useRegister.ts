// Becoming a volunteer: the fields, the notice agreed to, and back to where one came from.
import { computed, ref, watch } from 'vue'
import { onLoad, onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { back, open } from '@/app/nav'
import { own } from '@/app/own'
import { refusalOf } from '@/app/refusal'
import { useSession } from '@/app/session'
import { usePersonForm, type PersonFields } from './usePersonForm'

/** What was filled in and not sent, kept by the phone: a child waits here for a guardian, perhaps for days. */
const KEPT = 'register'

export function useRegister() {
  const { person, signedIn, starting, start, reload } = useSession()
  const form = usePersonForm()
  const agree = ref(false)
  const agreeError = ref('')
  const done = ref(false)
  let thenBack = false
  let filled = false

  onLoad((query) => (thenBack = query?.then === 'back'))
  onShow(async () => {
    await start()
    if (filled || !person.value) return
    filled = true
    form.fill(person.value)
    if (!person.value.is_volunteer) Object.assign(form.fields, own.get<PersonFields>(person.value.id, KEPT))
  })
  watch(form.fields, (now) => {
    if (filled && !done.value) own.keep(person.value?.id ?? 0, KEPT, now)
  })

  const register = useAct((key, body: Schemas['VolunteerRegistration']) => api.post('/volunteers', { body, key }))
  async function submit() {
    const whole = form.complete({ unit: true })
    agreeError.value = agree.value ? '' : '请先看完须知，再点同意'
    if (!whole || !agree.value || !form.fields.unit) return
    const { name, sex, birthDate, unit, skills, showOnLeaderboard } = form.fields
    const made = await register.run({
      name: name.trim(),
      sex,
      birth_date: birthDate,
      unit_id: unit.id,
      skills,
      show_on_leaderboard: showOnLeaderboard,
      agree: true,
    })
    const problem = register.problem.value
    if (problem && form.refused(problem)) register.dismiss()
    if (problem?.code === 'already_volunteer') {
      register.dismiss()
      await finish()
    }
    if (made) await finish()
  }
  async function finish() {
    own.drop(person.value?.id ?? 0, KEPT)
    done.value = true
    await reload().catch(() => undefined)
  }

  /** Whoever asks a guardian to agree has said here how old they are: it is not asked again there. */
  const introduce = useAct((_key, body: Schemas['PersonPatch']) => api.patch('/me', { body }))
  async function askGuardian() {
    const { name, sex, birthDate, unit } = form.fields
    if (await introduce.run({ name: name.trim(), sex, birth_date: birthDate, ...(unit ? { unit_id: unit.id } : {}) }))
      await reload().catch(() => undefined)
    introduce.dismiss()
    open('/pkg-me/guardian')
  }
  const leave = () => (thenBack ? back() : open('/pages/activities/index'))

  const refusal = computed(() => {
    const problem = register.problem.value
    if (!problem) return null
    const text = refusalOf(problem)
    return problem.code === 'guardian_required' ? { ...text, detail: `${text.detail}。这次没有注册，填的内容都在。` } : text
  })
  function onRefusal(act: string) {
    register.dismiss()
    if (act === 'guardian') void askGuardian()
    if (act === 'retry') void submit()
  }

  return {
    ...form,
    person,
    signedIn,
    starting,
    agree,
    agreeError,
    busy: register.busy,
    submit,
    done,
    leave,
    thenBack: () => thenBack,
    refusal,
    onRefusal,
  }
}
