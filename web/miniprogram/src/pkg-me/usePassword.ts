// A new desk password: what is wrong stands at its field, before it is sent and after.
import { computed, reactive, ref, watch } from 'vue'
import type { Problem } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useSession } from '@/app/session'

export const LEAST = 10
export const MOST = 128
export const RULE = `${LEAST} 到 ${MOST} 个字符，不能和登录名或现在的密码一样`

export interface Typed {
  current: string
  fresh: string
  again: string
}
type Wrong = Partial<Record<keyof Typed, string>>

/** Characters as the server counts them: 🌾 is one. */
export const lengthOf = (words: string) => [...words].length

/** What is wrong before anything is sent. */
export function wrongIn({ current, fresh, again }: Typed): Wrong {
  const wrong: Wrong = {}
  if (!current) wrong.current = '请输入现在的密码'
  if (lengthOf(fresh) < LEAST) wrong.fresh = `要 ${LEAST} 个字符以上，现在是 ${lengthOf(fresh)} 个`
  else if (fresh === current) wrong.fresh = '和现在的密码一样，请换一个'
  if (again !== fresh) wrong.again = '两次输入的不一样'
  return wrong
}

/** Which field the server's refusal is about; none when it is about something else. */
export function refusedIn(problem: Problem | null): Wrong {
  if (!problem) return {}
  if (problem.code === 'wrong_password' || problem.code === 'too_many_attempts') return { current: problem.detail }
  if (problem.code === 'password_weak') return { fresh: problem.detail }
  return Object.fromEntries(Object.entries({ current: problem.field('current'), fresh: problem.field('new') }).filter(([, said]) => said))
}

export function usePassword() {
  const { person, signedIn, starting, start, reload } = useSession()
  const typed = reactive<Typed>({ current: '', fresh: '', again: '' })
  const tried = ref(false)
  const changed = ref(false)
  const change = useAct((key, current: string, fresh: string) => api.post('/me/password', { body: { current, new: fresh }, key }))
  const refused = computed(() => refusedIn(change.problem.value))
  const wrong = computed<Wrong>(() => ({ ...refused.value, ...(tried.value ? wrongIn(typed) : {}) }))
  watch(typed, () => Object.keys(refused.value).length && change.dismiss())

  async function send() {
    tried.value = true
    if (Object.keys(wrongIn(typed)).length) return
    await change.run(typed.current, typed.fresh)
    if (change.problem.value) return
    Object.assign(typed, { current: '', fresh: '', again: '' })
    tried.value = false
    changed.value = true
    await reload().catch(() => undefined)
  }
  /** What is about no field. */
  const problem = computed(() => (Object.keys(refused.value).length ? null : change.problem.value))

  return { person, signedIn, starting, start, typed, wrong, busy: change.busy, send, changed, problem, dismiss: change.dismiss }
}
