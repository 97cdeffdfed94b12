// My sign-ups: those to come and those past, and what can be done with each.
import { computed, ref, shallowRef } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { call } from '@/app/device'
import { usePageList } from '@/app/list'
import { open } from '@/app/nav'
import { refusalOf } from '@/app/refusal'
import { useSession } from '@/app/session'
import { keepComing } from '@/app/signups'

type Signup = Schemas['Signup']

export function useSignups() {
  const { signedIn, starting } = useSession()
  const tab = ref<'coming' | 'past'>('coming')
  const list = usePageList<Signup>(async (cursor) => {
    const asked = tab.value
    const page = await api.get('/me/signups', { query: { when: asked, cursor } })
    if (asked === 'coming' && !cursor) keepComing(page.items)
    return page
  })
  onShow(() => void list.refresh())

  function show(which: 'coming' | 'past') {
    if (tab.value === which) return
    tab.value = which
    list.items.value = []
    void list.refresh()
  }

  // ---- giving back ----
  const cancelling = shallowRef<Signup | null>(null)
  const cancel = useAct((key, id: number) => api.post('/signups/{id}/cancel', { path: { id }, body: {}, key }))
  async function giveBack() {
    const one = cancelling.value
    if (!one) return
    const gone = await cancel.run(one.id)
    if (gone) {
      cancelling.value = null
      uni.showToast({ title: '已取消', icon: 'none' })
      await list.refresh()
    } else {
      refused.value = one
      cancelling.value = null
    }
  }

  // ---- taking an offer ----
  const confirming = ref(0)
  const confirm = useAct((key, id: number) => api.post('/signups/{id}/confirm', { path: { id }, key }))
  async function takeOffer(one: Signup) {
    confirming.value = one.id
    const taken = await confirm.run(one.id)
    confirming.value = 0
    if (!taken) refused.value = one
    else uni.showToast({ title: '已报名', icon: 'none' })
    await list.refresh()
  }

  // ---- refusals: too late to cancel names the contact ----
  const refused = shallowRef<Signup | null>(null)
  const problem = computed(() => cancel.problem.value ?? confirm.problem.value)
  const contact = shallowRef<Schemas['Activity'] | null>(null)
  const refusal = computed(() => {
    if (!problem.value) return null
    const text = refusalOf(problem.value)
    const close = text.choices.filter((one) => one.act === 'close')
    if (problem.value.code === 'cancel_too_late')
      return {
        ...text,
        title: '现在不能自己取消了',
        detail: `${text.detail}。您的报名还在，没有取消。`,
        choices: [{ act: 'call', text: '打电话给联系人' }, ...close],
      }
    if (problem.value.code === 'overlap') return { ...text, title: '时间撞上了', choices: close }
    if (problem.value.code === 'offer_expired')
      return { ...text, title: '确认的时间过了', choices: [{ act: 'activity', text: '看看这场活动' }, ...close] }
    return text
  })
  async function onRefusal(act: string) {
    const one = refused.value
    const wasCancel = cancel.problem.value !== null
    cancel.dismiss()
    confirm.dismiss()
    if (!one) return
    if (act === 'call') await callContact(one)
    if (act === 'activity') open(`/pkg-activity/activity?id=${one.activity_id}`)
    if (act === 'reload') void list.refresh()
    if (act === 'retry') void (wasCancel ? ((cancelling.value = one), giveBack()) : takeOffer(one))
  }
  async function callContact(one: Signup) {
    const activity = await api.get('/activities/{id}', { path: { id: one.activity_id } }).catch(() => null)
    contact.value = activity
    if (activity) call(activity.contact_phone)
  }

  return {
    signedIn,
    starting,
    tab,
    show,
    list,
    callContact,
    cancelling,
    cancelBusy: cancel.busy,
    giveBack,
    confirming,
    takeOffer,
    refusal,
    onRefusal,
  }
}
