// One request of mine: what is next, how far it has come, and what I may do with it.
import { computed, reactive, ref, type UnwrapNestedRefs } from 'vue'
import { onLoad, onPullDownRefresh, onShow } from '@dcloudio/uni-app'
import { Problem, type Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { call } from '@/app/device'
import { useElder } from '@/app/elder'
import { showFile } from '@/app/files'
import { useLoad } from '@/app/list'
import { idOf, open } from '@/app/nav'
import { refusalOf } from '@/app/refusal'
import { useSession } from '@/app/session'
import { changeable, messagesOf, nextStep, standing, timelineOf } from '@/app/nextStep'
import { MOST_PICTURES, usePictures } from './usePictures'

type Request = Schemas['Request']

export function useRequest() {
  const { signedIn, starting, person, isStaff } = useSession()
  const { elder } = useElder()
  const id = ref(0)
  const loaded = useLoad(() => api.get('/requests/{id}', { path: { id: id.value } }))
  const request = loaded.data
  onLoad((query) => (id.value = idOf(query?.id)))
  const run = async () => {
    if (!id.value) return
    await loaded.run()
    if (request.value && !request.value.mine) atWork(request.value)
  }
  /** Who handles it has pages for that: a message of a resident's leads a worker here. */
  function atWork(of: Request) {
    if (of.worker_id === person.value?.id) uni.redirectTo({ url: `/pkg-worker/case?id=${of.id}` })
    else if (isStaff.value) uni.redirectTo({ url: `/pkg-staff-request/request?id=${of.id}` })
  }
  onShow(() => void run())
  onPullDownRefresh(async () => {
    await run()
    uni.stopPullDownRefresh()
  })

  const may = (action: Schemas['RequestAction']) => request.value?.actions.includes(action) ?? false
  const next = computed(() => request.value && nextStep(request.value, elder.value))
  const steps = computed(() => (request.value ? timelineOf(request.value, elder.value) : []))
  const messages = computed(() => (request.value ? messagesOf(request.value) : []))
  /** The notice has begun: changing and cancelling take a call. */
  const late = computed(() => request.value?.state === 'scheduled' && !!standing(request.value) && !changeable(request.value))
  /** My own station's place is known; of others only what the request says. */
  const station = computed(() => (person.value?.unit?.id === request.value?.unit_id ? person.value?.unit : undefined))
  const callStation = () => request.value?.unit_phone && call(request.value.unit_phone)

  function begin() {
    const act = next.value?.act?.name
    if (act === 'edit') open(`/pkg-request/ask?request_id=${id.value}`)
    if (act === 'rate') open(`/pkg-request/rate?id=${id.value}`)
    if (act === 'services') open('/pages/services/index')
    if (act === 'call') callStation()
    if (act === 'time') open(`/pkg-request/change-time?id=${id.value}`)
  }

  // ---- deeds: each answers with the request as it is now ----
  const saying = ref(false)
  const words = ref('')
  const message = useAct((key, text: string) => api.post('/requests/{id}/messages', { path: { id: id.value }, body: { text }, key }))
  async function say() {
    const text = words.value.trim()
    if (!text) return
    const done = await message.run(text)
    saying.value = false
    if (!done) return
    words.value = ''
    shown(done, '已留言')
  }

  const cancelling = ref(false)
  const reason = ref('')
  const cancel = useAct((key, why: string) =>
    api.post('/requests/{id}/cancel', { path: { id: id.value }, body: why ? { reason: why } : {}, key }),
  )
  async function giveUp() {
    const done = await cancel.run(reason.value.trim())
    cancelling.value = false
    if (done) shown(done, '已取消')
  }

  // ---- files ----
  const pictures = usePictures()
  const opening = ref(0)
  const fileProblem = ref<Problem | null>(null)
  const mayAdd = computed(() => may('attach') && (request.value?.attachments?.length ?? 0) < MOST_PICTURES)
  async function addPictures() {
    await pictures.add(request.value?.attachments?.length ?? 0)
    await sendPictures()
  }
  async function sendPictures() {
    if (!pictures.pictures.value.length) return
    const all = await pictures.send(id.value)
    if (all) uni.showToast({ title: '图片已加上', icon: 'none' })
    await run()
  }
  async function openFile(of: Schemas['Attachment']) {
    if (opening.value) return
    opening.value = of.id
    try {
      await showFile(id.value, of)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      fileProblem.value = error
    } finally {
      opening.value = 0
    }
  }
  const removing = ref<Schemas['Attachment'] | null>(null)
  const remove = useAct((_key, attachment: number) =>
    api.delete('/requests/{id}/attachments/{attachment_id}', { path: { id: id.value, attachment_id: attachment } }).then(() => true),
  )
  async function takeAway() {
    if (removing.value) await remove.run(removing.value.id)
    removing.value = null
    await run()
  }

  /** What came back is the newest; the looks and files come with the next reading. */
  function shown(now: Request, said: string) {
    if (now.timeline) request.value = now
    uni.showToast({ title: said, icon: 'none' })
    void run()
  }

  // ---- refusals ----
  const problem = computed(
    () => message.problem.value ?? cancel.problem.value ?? remove.problem.value ?? pictures.problem.value ?? fileProblem.value,
  )
  const refusal = computed(() => {
    const of = problem.value
    if (!of) return null
    const text = refusalOf(of)
    if (of.code === 'cancel_too_late')
      return {
        ...text,
        detail: `${text.detail}。申请还在，没有取消。`.replace('。。', '。'),
        choices: text.choices.filter((one) => one.act !== 'call' || request.value?.unit_phone),
      }
    return text
  })
  function onRefusal(act: string) {
    const was = { message: message.problem.value, cancel: cancel.problem.value, pictures: pictures.problem.value }
    for (const one of [message, cancel, remove]) one.dismiss()
    fileProblem.value = null
    if (was.pictures && act !== 'retry') pictures.forget()
    pictures.problem.value = null
    if (act === 'retry') void (was.message ? say() : was.cancel ? giveUp() : was.pictures ? sendPictures() : undefined)
    if (act === 'call') callStation()
    if (act === 'reload') void run()
  }

  return reactive({
    ...{ id, request, first: loaded.first, loadProblem: loaded.problem, loading: loaded.loading, run, signedIn, starting, elder },
    ...{ may, next, steps, messages, late, station, callStation, begin },
    ...{ saying, words, say, messageBusy: message.busy, cancelling, reason, giveUp, cancelBusy: cancel.busy },
    ...{
      mayAdd,
      addPictures,
      sending: pictures.sending,
      opening,
      openFile,
      removing,
      removeBusy: remove.busy,
      takeAway,
      refusal,
      onRefusal,
    },
  })
}

export type RequestModel = UnwrapNestedRefs<ReturnType<typeof useRequest>>
