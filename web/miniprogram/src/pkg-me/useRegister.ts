// Becoming a volunteer: the fields, the notice agreed to, and back to where one came from.
import { computed, ref } from 'vue'
import { onLoad, onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { back, open } from '@/app/nav'
import { refusalOf } from '@/app/refusal'
import { useSession } from '@/app/session'
import { usePersonForm } from './usePersonForm'

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
  })

  const register = useAct((key, body: Schemas['VolunteerRegistration']) => api.post('/volunteers', { body, key }))
  async function submit() {
    const whole = form.complete({ unit: true })
    agreeError.value = agree.value ? '' : '请先看完须知，再点同意'
    if (!whole || !agree.value || !form.fields.unit) return
    const { name, sex, birthDate, unit, skills, showOnLeaderboard } = form.fields
    const made = await register.run({ name: name.trim(), sex, birth_date: birthDate, unit_id: unit.id, skills, show_on_leaderboard: showOnLeaderboard, agree: true })
    const problem = register.problem.value
    if (problem && form.refused(problem)) register.dismiss()
    if (problem?.code === 'already_volunteer') {
      register.dismiss()
      await finish()
    }
    if (made) await finish()
  }
  async function finish() {
    await reload().catch(() => undefined)
    done.value = true
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
    if (act === 'guardian') open('/pkg-me/guardian')
    if (act === 'retry') void submit()
  }

  return { ...form, person, signedIn, starting, agree, agreeError, busy: register.busy, submit, done, leave, thenBack: () => thenBack, refusal, onRefusal }
}
