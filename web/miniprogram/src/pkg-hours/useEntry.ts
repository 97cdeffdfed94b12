import { computed, ref } from 'vue'
import type { Problem, Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { day, hours } from '@yimi/words/format'
import { useGiven } from '@/app/useGiven'
import { asTimeSpan, minutesOf, type Given } from '@yimi/words/givenTime'
import { useLoad } from '@/app/list'
import { open } from '@/app/nav'
import { refusalOf, type RefusalText } from '@/app/refusal'
import { timeSaid } from '@/app/said'
import { useSession } from '@/app/session'
import { CHECKIN_METHOD, ENTRY_CLASS } from '@yimi/words/hourWords'
import type { Step } from '@/ui/Timeline.vue'

type Entry = Schemas['HourEntry']

export const REASONS = ['中途离开了一会儿', '签退晚了，实际早就结束', '签到晚了，实际早就到场', '签错了班次']

/** What volunteers most often doubt. */
export const DOUBTS = ['我到得更早', '我走得更晚', '这次没有算全', '这一条不是我的']

/** One entry down to the check-in, and for staff the proposal to correct it. */
export function useEntry() {
  const { isStaff } = useSession()
  let id = 0
  const entry = useLoad(() => api.get('/hours/entries/{id}', { path: { id } }))
  const sheet = ref(false)
  const time = useGiven(0)
  const reason = ref('')
  const proposed = ref(false)
  const propose = useAct((key, body: Schemas['CorrectionInput']) =>
    api.post('/hours/entries/{id}/corrections', { path: { id }, body, key }),
  )

  const doubting = ref(false)
  const doubt = useAct((key, words: string) => api.post('/hours/entries/{id}/disputes', { path: { id }, body: { words }, key }))
  async function sendDoubt(words: string) {
    const done = await doubt.run(words)
    if (doubt.problem.value?.fields.length) return
    doubting.value = false
    if (done) void entry.run()
  }

  const look = computed(() => entry.data.value && ENTRY_CLASS[entry.data.value.class])
  const correctable = computed(() => isStaff.value && entry.data.value?.class !== 'correction')
  const steps = computed(() => (entry.data.value ? stepsOf(entry.data.value) : []))
  const facts = computed(() => (entry.data.value ? factsOf(entry.data.value) : []))

  function load(entryId: number) {
    id = entryId
    return entry.run()
  }

  /** From what the entry has. Its time may stay, so long as the minutes fit into it. */
  function startCorrection() {
    const of = entry.data.value
    if (!of) return
    const shift = { from: Date.parse(of.starts_at), to: Date.parse(of.ends_at) }
    time.start(shift, timeOf(of) ?? shift, of.minutes)
    propose.dismiss()
    sheet.value = true
  }

  const moved = computed(() => {
    const had = entry.data.value && timeOf(entry.data.value)
    return !had || had.from !== time.given.value.from || had.to !== time.given.value.to
  })
  /** The sum is what it was: nothing to correct, whatever the time. */
  const same = computed(() => time.minutes.value === entry.data.value?.minutes)

  async function send() {
    const given = moved.value && time.minutes.value > 0 ? { given: asTimeSpan(time.given.value) } : {}
    if (!(await propose.run({ minutes: time.minutes.value, ...given, reason: reason.value.trim() }))) return
    sheet.value = false
    proposed.value = true
  }

  function chose(act: string) {
    propose.dismiss()
    doubt.dismiss()
    if (act === 'retry') void send()
    if (act === 'reload') void entry.run()
    if (act === 'proposals') open('/pkg-staff-hours/proposals')
  }

  return {
    entry,
    look,
    steps,
    facts,
    correctable,
    sheet,
    ...time,
    same,
    reason,
    propose,
    proposed,
    load,
    startCorrection,
    send,
    chose,
    doubting,
    doubt,
    sendDoubt,
  }
}

/** The time that the entry credits, if there is any left of it. */
const timeOf = ({ given }: Entry): Given | null => (given ? { from: Date.parse(given.from), to: Date.parse(given.to) } : null)

/** Less than its time has: there was a break. */
export const pauseOf = (of: Entry) => (of.given && of.class !== 'correction' ? minutesOf(timeOf(of)!) - of.minutes : 0)

/** The refusal in the words of this page. */
export function refusalOfTime(problem: Problem): RefusalText {
  const words = refusalOf(problem)
  return problem.code === 'time_credited'
    ? { ...words, title: '这段时间已经记过时长', choices: words.choices.filter((one) => one.act === 'close') }
    : words
}

function factsOf(of: Entry) {
  return [
    { k: '记录站点', v: of.unit_name },
    { k: '负责人', v: of.leader_name },
    { k: '地点', v: of.place_name ?? '' },
  ].filter((fact) => fact.v)
}

function stepsOf(of: Entry): Step[] {
  const steps: Step[] = []
  const method = (word?: Schemas['CheckinMethod']) => (word ? CHECKIN_METHOD[word] : '')
  if (of.in_at) steps.push({ state: 'done', what: `${timeSaid(of.in_at)} 签到`, cap: method(of.in_method) })
  if (of.out_at) steps.push({ state: 'done', what: `${timeSaid(of.out_at)} 签退`, cap: method(of.out_method) })
  if (of.class === 'system') {
    steps.push({
      state: 'done',
      what: `${of.recorded_by_name ?? '工作人员'} 确认到场`,
      cap: `在班次时间内算 ${hours(of.minutes)}，不满一分的不计`,
    })
    if (of.approved_by_name) steps.push({ state: 'done', what: `${of.approved_by_name} 复核通过`, cap: '确认的人不能复核自己的' })
  } else {
    steps.push({
      state: 'done',
      what: `${of.recorded_by_name ?? '工作人员'} 提出${ENTRY_CLASS[of.class].word === '更正' ? '更正' : '补记'}`,
      cap: of.reason,
    })
    if (of.approved_by_name) steps.push({ state: 'done', what: `${of.approved_by_name} 复核通过`, cap: '提出的人不能复核自己的' })
  }
  steps.push({ state: 'done', what: '记入台账', cap: `${day(of.created_at)} ${timeSaid(of.created_at)}` })
  return steps
}
