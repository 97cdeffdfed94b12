// One case: what it is, what is next, and what the server allows the worker to do.
import { computed, ref } from 'vue'
import { onLoad, onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { showFile } from '@/app/files'
import { useLoad } from '@/app/list'
import { back, idOf } from '@/app/nav'
import { refusalOf } from '@/app/refusal'
import { asSomebody } from './asWorker'
import { nextStep, stands, visitNow, type Act } from './next'
import { useCaseActs, type Case } from './useCaseActs'

/** What is open over the page. */
export type Over =
  '' | 'more' | 'hand-back' | 'time' | 'start' | 'record' | 'no-show' | 'complete' | 'again' | 'message' | 'note' | 'contact'

const SAID = {
  accept: '已接下',
  'hand-back': '已交回站点',
  reschedule: '时间约好了',
  start: '开始了',
  finish: '已保存',
  complete: '全部完成了',
  'no-show': '已记下',
  messages: '已发出',
  notes: '已记下',
}

export function useCase() {
  const id = ref(0)
  const over = ref<Over>('')
  const loaded = useLoad(() => api.get('/requests/{id}', { path: { id: id.value } }))
  const of = loaded.data
  const run = () => (id.value ? asSomebody(loaded.run) : Promise.resolve())
  let wanted = ''
  onLoad((query) => {
    id.value = idOf(query?.id)
    wanted = query?.act ?? ''
  })
  onShow(async () => {
    await run()
    if (wanted === 'finish' && step.value?.act === 'finish') over.value = 'record'
    wanted = ''
  })

  const may = (act: Schemas['RequestAction']) => of.value?.actions.includes(act) ?? false
  const step = computed(() => (of.value ? nextStep(of.value) : null))
  const visit = computed(() => (of.value ? visitNow(of.value) : undefined))
  const booking = computed(() => (stands(of.value?.booking) ? of.value?.booking : undefined))
  /** Nobody can have failed to come before the time. */
  const mayNoShow = computed(() => may('no_show') && !!booking.value && Date.parse(booking.value.starts_at) <= Date.now())
  const mayTime = computed(() => may('schedule') || may('reschedule'))

  // ---- deeds ----
  const acts = useCaseActs(() => void loaded.run())
  /** What the server says of it now; the parts that only one request has are read anew where they are missing. */
  function take(now: Case) {
    if (now.timeline) of.value = now
    else void loaded.run()
  }
  function done(deed: keyof typeof SAID, then: Over = '') {
    return (now: Case) => {
      over.value = then
      uni.showToast({ title: SAID[deed], icon: 'none' })
      take(now)
    }
  }
  const accept = () => acts.run(id.value, 'accept', undefined, done('accept'))
  const handBack = (reason: string) =>
    acts.run(id.value, 'hand-back', { reason }, () => {
      uni.showToast({ title: SAID['hand-back'], icon: 'none' })
      back() // it is another's now
    })
  const setTime = (body: Schemas['RescheduleInput']) => acts.run(id.value, 'reschedule', body, done('reschedule'))
  const start = (body: Schemas['StartInput']) => acts.run(id.value, 'start', body, done('start'))
  const noShow = (reason: string) => acts.run(id.value, 'no-show', reason ? { reason } : {}, done('no-show'))
  const complete = () => acts.run(id.value, 'complete', {}, done('complete'))
  const message = (text: string) => acts.run(id.value, 'messages', { text }, done('messages'))
  const note = (text: string) => acts.run(id.value, 'notes', { text }, done('notes'))
  /** After a visit that is not the last, the next one is offered. */
  function record(input: Schemas['ServiceRecordInput'], all: boolean) {
    if (all) acts.run(id.value, 'complete', input, done('complete'))
    else
      acts.run(id.value, 'finish', input, (now) =>
        done('finish', now.actions.some((one) => one === 'schedule' || one === 'reschedule') ? 'again' : '')(now),
      )
  }
  /** The one button of the page. */
  function act(what: Act | '') {
    if (what === 'accept') void accept()
    if (what === 'schedule') over.value = 'time'
    if (what === 'start') over.value = 'start'
    if (what === 'finish') over.value = 'record'
  }

  // ---- files ----
  const opening = ref(0)
  const file = useAct((_, one: Schemas['Attachment']) => showFile(id.value, one))
  async function look(one: Schemas['Attachment']) {
    opening.value = one.id
    await file.run(one)
    opening.value = 0
  }

  const refusal = computed(() => acts.refusal.value ?? (file.problem.value && refusalOf(file.problem.value)))
  function chose(choice: string) {
    if (file.problem.value) file.dismiss()
    else acts.chose(choice)
  }

  return {
    ...{
      id,
      of,
      over,
      first: loaded.first,
      problem: loaded.problem,
      loading: loaded.loading,
      run,
      may,
      step,
      visit,
      booking,
      mayTime,
      mayNoShow,
    },
    ...{ act, handBack, setTime, start, noShow, complete, message, note, record, busy: acts.busy, refusal, chose, opening, look },
  }
}
