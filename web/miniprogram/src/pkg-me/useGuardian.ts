// A guardian agrees for a child: the child's phone shows digits, the guardian's takes them.
import { computed, ref } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { isoDate } from '@yimi/words/format'
import { useLoad } from '@/app/list'
import { useSession } from '@/app/session'
import { useShownCode } from './useShownCode'

export const RELATIONS: { value: Schemas['GuardianRelation']; word: string }[] = [
  { value: 'parent', word: '父母' },
  { value: 'grandparent', word: '祖父母、外祖父母' },
  { value: 'other', word: '其他监护人' },
]
export const relationWord = (of: Schemas['GuardianRelation']) => RELATIONS.find((one) => one.value === of)?.word ?? ''

/** Full years today; nothing when no birth date is known. */
export function ageOf(birthDate: string | undefined, today = isoDate(Date.now())): number | undefined {
  if (!birthDate) return undefined
  return Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4)) - (today.slice(5) < birthDate.slice(5) ? 1 : 0)
}

export function useGuardian() {
  const { person, signedIn, starting, start } = useSession()
  const age = computed(() => ageOf(person.value?.birth_date))
  const minor = computed(() => age.value !== undefined && age.value < 18)
  const guardians = useLoad(() => api.get('/me/guardians').then(({ items }) => items))
  const wards = useLoad(() => api.get('/me/wards').then(({ items }) => items))
  async function load() {
    await start()
    if (!signedIn.value) return
    await (minor.value ? guardians.run() : wards.run())
  }
  onShow(() => void load())

  // ---- the child: digits for ten minutes ----
  const { issue, shown, left, show } = useShownCode(() => api.post('/me/guardian-code'))

  // ---- the guardian ----
  const code = ref('')
  const relation = ref<Schemas['GuardianRelation']>('parent')
  const agree = ref(false)
  const add = useAct((key, body: Schemas['WardInput']) => api.post('/me/wards', { body, key }))
  const ready = computed(() => /^[0-9]{8}$/.test(code.value) && agree.value)
  async function send() {
    const made = await add.run({ code: code.value, relation: relation.value, agree: agree.value })
    if (!made) return
    code.value = ''
    agree.value = false
    uni.showToast({ title: '已同意', icon: 'success' })
    await wards.run()
  }
  const leaving = ref<Schemas['Ward'] | null>(null)
  const remove = useAct((_, id: number) => api.delete('/me/wards/{id}', { path: { id } }))
  async function takeBack() {
    if (!leaving.value) return
    await remove.run(leaving.value.person_id)
    leaving.value = null
    if (!remove.problem.value) await wards.run()
  }
  const problem = computed(() => add.problem.value ?? remove.problem.value ?? issue.problem.value)
  function dismiss() {
    add.dismiss()
    remove.dismiss()
    issue.dismiss()
  }

  return {
    person,
    signedIn,
    starting,
    age,
    minor,
    guardians,
    wards,
    load,
    issue,
    shown,
    left,
    show,
    code,
    relation,
    agree,
    add,
    ready,
    send,
    leaving,
    remove,
    takeBack,
    problem,
    dismiss,
  }
}
