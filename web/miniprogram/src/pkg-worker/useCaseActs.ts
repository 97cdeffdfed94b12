// The deeds on a case, for the pages that have it: one at a time, each refusal with a way on.
import { computed, ref, shallowRef } from 'vue'
import type { Problem, Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { refusalOf, type RefusalText } from '@/app/refusal'
import { whenSaid } from '@/app/said'
import { useSession } from '@/app/session'

export type Case = Schemas['Request']
interface Bodies {
  accept: undefined
  'hand-back': Schemas['Reason']
  reschedule: Schemas['RescheduleInput']
  start: Schemas['StartInput']
  finish: Schemas['ServiceRecordInput']
  complete: Schemas['CompletionInput']
  'no-show': Schemas['OptionalReason']
  messages: Schemas['TextInput']
  notes: Schemas['TextInput']
}
export type Deed = keyof Bodies
type Then = (of: Case) => unknown

/** All of them are POST /requests/{id}/DEED with the request as the answer; Bodies holds what each one takes. */
const send = (key: string, id: number, deed: Deed, body: unknown): Promise<Case> =>
  api.post(`/requests/{id}/${deed}` as '/requests/{id}/notes', { path: { id }, key, body: body as Bodies['notes'] })

/** `reload` reads anew what the page shows, after a change by somebody else. */
export function useCaseActs(reload: () => unknown) {
  const act = useAct(send)
  const doing = ref<Deed | ''>('')
  const on = ref(0)
  const last = shallowRef<{ id: number; deed: Deed; body: unknown; then: Then } | null>(null)

  async function go(id: number, deed: Deed, body: unknown, then: Then) {
    if (act.busy.value) return
    last.value = { id, deed, body, then }
    doing.value = deed
    on.value = id
    const done = await act.run(id, deed, body)
    doing.value = ''
    if (done) then(done)
  }
  const run = <D extends Deed>(id: number, deed: D, body: Bodies[D], then: Then) => go(id, deed, body, then)

  const refusal = computed(() => act.problem.value && textOf(act.problem.value))
  function chose(choice: string) {
    const { id, deed, body, then } = last.value!
    const slot = act.problem.value && mineOf(act.problem.value)[Number(choice.replace('free-', ''))]
    act.dismiss()
    if (choice === 'retry') void go(id, deed, body, then)
    if (choice === 'sure') void go(id, deed, { ...(body as object), sure: true }, then)
    if (choice.startsWith('free-') && slot) void go(id, deed, { ...(body as object), starts_at: slot.starts_at }, then)
    if (choice === 'reload') reload()
  }

  /** Whether this deed on this case is under way; any case without an id. */
  const busy = (deed: Deed, id?: number) => doing.value === deed && (!id || on.value === id)
  return { run, busy, refusal, chose }
}

/** The free times of one's own: the server may know of a colleague's too. */
function mineOf(problem: Problem): Schemas['Slot'][] {
  const me = useSession().person.value?.id
  return problem.nextFree.filter((slot) => slot.provider_id === me)
}

const NO_TIME: Record<string, string> = {
  slot_taken: '这个时间已有安排',
  slot_unavailable: '这个时间约不了',
  time_in_past: '这个时间已经过去了',
}

/** A time that cannot be had offers the next that can. */
function textOf(problem: Problem): RefusalText {
  const text = refusalOf(problem)
  const fields = problem.fields.map((one) => one.message).join('；')
  if (!NO_TIME[problem.code]) return fields ? { ...text, detail: fields } : text
  const free = mineOf(problem).map((slot, n) => ({ act: `free-${n}`, text: `改约 ${whenSaid(slot.starts_at, slot.ends_at)}` }))
  return { ...text, title: NO_TIME[problem.code], choices: [...free, { act: 'close', text: '自己另选时间' }] }
}
