import { computed, ref, shallowRef } from 'vue'
import { onLoad, onPullDownRefresh, onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { showFile } from '@/app/files'
import { useLoad } from '@/app/list'
import { back, idOf } from '@/app/nav'
import { said } from '@/app/said'
import { asStaff } from '@/staff/asStaff'
import { actsOf, naturalAct, nextOf, stepsOf, visitOpen, type Act } from '@yimi/words/requestWork'

/** The steps of a request that answer with the request as it is then, and what each is told. */
interface Bodies {
  approve: Schemas['RequestApproval']
  return: Schemas['Reason']
  reject: Schemas['Reason']
  refer: Schemas['ReferralInput']
  receive: undefined
  'send-back': Schemas['Reason']
  assign: Schemas['AssignmentInput']
  reschedule: Schemas['RescheduleInput']
  volunteers: Schemas['VolunteerShiftInput']
  start: Schemas['StartInput']
  finish: Schemas['ServiceRecordInput']
  complete: Schemas['CompletionInput']
  'no-show': Schemas['OptionalReason']
  reopen: Schemas['Reason']
  close: Schemas['OptionalReason']
  cancel: Schemas['OptionalReason']
  'follow-up': Schemas['Reason']
  submit: undefined
  messages: Schemas['TextInput']
  notes: Schemas['TextInput']
}
type Step = keyof Bodies

const SAID: Record<Step, string> = {
  approve: '已通过',
  return: '已退回',
  reject: '已告诉申请人',
  refer: '已转出',
  receive: '已收下',
  'send-back': '已退回原来的站',
  assign: '已安排',
  reschedule: '时间已定',
  volunteers: '活动已发布',
  start: '开始记了',
  finish: '已记下',
  complete: '已记下',
  'no-show': '已记下',
  reopen: '已退给社工',
  close: '已结案',
  cancel: '已取消',
  'follow-up': '回访已记下',
  submit: '已交',
  messages: '已发给他',
  notes: '备注已写好',
}

/** One service request as staff see it, and what they may do with it. */
export function useRequest() {
  const id = ref(0)
  const page = useLoad(() => api.get('/requests/{id}', { path: { id: id.value } }))
  const request = computed(() => page.data.value)
  const acts = computed(() => (request.value ? actsOf(request.value) : []))
  const natural = computed(() => (request.value ? naturalAct(request.value) : null))
  const next = computed(() => (request.value ? nextOf(request.value, said) : null))
  const steps = computed(() => (request.value ? stepsOf(request.value, said) : []))
  /** The sheet that is open; more is the list of the other acts. */
  const asking = ref<Act | 'more' | 'looks' | ''>('')
  const wished = shallowRef<Schemas['Slot'] | null>(null)

  onLoad((query) => {
    id.value = idOf(query?.id)
  })
  onShow(() => id.value && void asStaff(page.run))
  onPullDownRefresh(async () => {
    if (id.value) await page.run()
    uni.stopPullDownRefresh()
  })

  // ---- deeds ----
  // The paths differ only in their last word, and each step's body is checked at `step`.
  const deed = useAct((key, of: number, to: Step, body?: Bodies[Step]) =>
    api.post(`/requests/{id}/${to}` as '/requests/{id}/assign', { path: { id: of }, body: body as Schemas['AssignmentInput'], key }),
  )
  let last: ((sure?: boolean) => unknown) | null = null

  /** One step. True when it was done; then the page shows the request as it is now. */
  async function step<S extends Step>(to: S, body: Bodies[S]): Promise<boolean> {
    last = (sure) => step(to, sure ? ({ ...(body as object), sure } as Bodies[S]) : body)
    const done = await deed.run(id.value, to, body)
    if (!done) return false
    page.data.value = done
    asking.value = ''
    uni.showToast({ title: SAID[to], icon: 'success' })
    if (to === 'send-back') setTimeout(back, 1200) // it is no longer ours to see
    return true
  }

  const patching = useAct((_, of: number, patch: Schemas['RequestPatch']) => api.patch('/requests/{id}', { path: { id: of }, body: patch }))
  /** Completes a caller's request and submits it again. */
  async function mend(patch: Schemas['RequestPatch']) {
    last = () => mend(patch)
    deed.dismiss()
    if (Object.keys(patch).length) {
      const changed = await patching.run(id.value, patch)
      if (!changed) return
      page.data.value = changed
    }
    await step('submit', undefined)
  }
  const busy = computed(() => deed.busy.value || patching.busy.value)
  const problem = computed(() => patching.problem.value ?? deed.problem.value)
  function dismiss() {
    deed.dismiss()
    patching.dismiss()
  }

  /** What a press begins: a sheet where something is to be said, else the deed itself. */
  function begin(act: Act) {
    const of = request.value
    if (!of) return
    wished.value = null
    if (act === 'receive') void step('receive', undefined)
    else if (act === 'approve' && of.mode === 'booking') void step('approve', {})
    else if (act === 'start') void step('start', {})
    else asking.value = act
  }

  function record(body: Schemas['ServiceRecordInput']) {
    void step(asking.value === 'finish' ? 'finish' : 'complete', body)
  }

  /** Another time, from one of the free ones that a refusal named. */
  function takeTime(slot: Schemas['Slot'] | null = null) {
    dismiss()
    wished.value = slot
    asking.value = 'time'
  }

  function chose(choice: string) {
    dismiss()
    if (choice === 'retry') last?.()
    if (choice === 'sure') last?.(true)
    if (choice === 'reload') void page.run()
    if (choice === 'other_slot') takeTime()
    if (choice === 'assign') asking.value = 'assign'
  }

  // ---- contact, looks, files ----
  const contact = shallowRef<Schemas['Contact'] | null>(null)
  const opening = useAct((_, of: number) => api.post('/requests/{id}/contact', { path: { id: of } }))
  async function openContact() {
    contact.value = (await opening.run(id.value)) ?? null
    if (contact.value && page.data.value) page.data.value = { ...page.data.value, looks: (page.data.value.looks ?? 0) + 1 }
  }

  const looks = useLoad(() => api.get('/requests/{id}/looks', { path: { id: id.value } }).then(({ items }) => items))
  function showLooks() {
    asking.value = 'looks'
    void looks.run()
  }

  const viewing = ref(0)
  const file = useAct((_, of: Schemas['Attachment']) => showFile(id.value, of))
  async function view(of: Schemas['Attachment']) {
    viewing.value = of.id
    await file.run(of)
    viewing.value = 0
  }

  /** The file that is about to be taken away. */
  const removing = shallowRef<Schemas['Attachment'] | null>(null)
  const withdrawing = useAct((key, of: number, reason: string) =>
    api
      .post('/requests/{id}/attachments/{attachment_id}/withdraw', { path: { id: id.value, attachment_id: of }, body: { reason }, key })
      .then(() => true),
  )
  async function withdraw(reason: string) {
    if (!removing.value || !(await withdrawing.run(removing.value.id, reason))) return
    removing.value = null
    uni.showToast({ title: '已删除', icon: 'success' })
    void page.run()
  }

  const visit = computed(() => (request.value ? visitOpen(request.value) : null))
  /** Of the deeds beside the steps. */
  const otherProblem = computed(
    () => opening.problem.value ?? file.problem.value ?? (withdrawing.problem.value?.field('reason') ? null : withdrawing.problem.value),
  )
  function dismissOther() {
    opening.dismiss()
    file.dismiss()
    withdrawing.dismiss()
  }

  return {
    id,
    page,
    request,
    acts,
    natural,
    next,
    steps,
    asking,
    wished,
    busy,
    problem,
    mend,
    step,
    begin,
    record,
    takeTime,
    chose,
    contact,
    opening,
    openContact,
    looks,
    showLooks,
    viewing,
    view,
    visit,
    removing,
    withdrawing,
    withdraw,
    otherProblem,
    dismissOther,
  }
}
