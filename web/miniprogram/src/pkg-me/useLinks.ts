// One person's desk login and WeChat login, linked: one shows digits, the other takes them.
import { computed, ref, watch } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { useSession } from '@/app/session'
import { useShownCode } from './useShownCode'

/** How one signs in to an account. */
export const waysIn = (one: { wechat: boolean; desk: boolean }) =>
  [one.wechat && '微信登录', one.desk && '账号和密码登录'].filter(Boolean).join('、')

/** A refusal of these says what is wrong with the digits; any other has nothing to do with them. */
const OF_THE_CODE = [404, 409, 422, 429]

export function useLinks() {
  const { signedIn, starting, start } = useSession()
  const links = useLoad(() => api.get('/me/links').then(({ items }) => items))
  async function load() {
    await start()
    if (signedIn.value) await links.run()
  }
  onShow(() => void load())

  const code = useShownCode(() => api.post('/me/link-code'))

  const typed = ref('')
  const link = useAct((key, digits: string) => api.post('/me/links', { body: { code: digits }, key }))
  const ready = computed(() => /^[0-9]{8}$/.test(typed.value))
  const wrong = computed(() => {
    const of = link.problem.value
    return of && OF_THE_CODE.includes(of.status) ? of.field('code') || of.detail : ''
  })
  watch(typed, () => wrong.value && link.dismiss())
  async function send() {
    await link.run(typed.value)
    if (link.problem.value) return
    typed.value = ''
    uni.showToast({ title: '已关联', icon: 'success' })
    await links.run()
  }

  const problem = computed(() => (wrong.value ? null : (link.problem.value ?? code.issue.problem.value)))
  function chose(act: string) {
    const again = link.problem.value ? send : code.show
    link.dismiss()
    code.issue.dismiss()
    if (act === 'retry') void again()
  }

  return { signedIn, starting, links, load, code, typed, link, ready, wrong, send, problem, chose }
}
