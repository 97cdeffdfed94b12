import { computed, shallowRef } from 'vue'
import { onPullDownRefresh } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useList } from '@/app/list'
import { refusalOf } from '@/app/refusal'

type Item = Schemas['EntryAttention']

export const FOUND = ['核对过了，两处都属实', '重叠的部分已提出更正', '核对过签到和签退，没有问题']

/** Entries that need a look, and what came of it. */
export function useEntryAttention() {
  const list = useList<Item>((cursor) => api.get('/hours/attention', { query: { cursor } }))
  const looking = shallowRef<Item | null>(null)
  const act = useAct((key, id: number, note: string) => api.post('/hours/attention/{id}/look', { path: { id }, body: { note }, key }))
  let last = ''
  onPullDownRefresh(() => void list.refresh())

  async function send(note: string) {
    const one = looking.value
    if (!one) return
    last = note
    await act.run(one.id, note)
    if (act.problem.value) return
    looking.value = null
    uni.showToast({ title: '记下了', icon: 'success' })
    void list.refresh()
  }

  /** Field errors stand at the field; anything else is a sheet. */
  const refusal = computed(() => {
    const problem = act.problem.value
    if (!problem || problem.fields.length) return null
    const words = refusalOf(problem)
    return problem.code === 'second_person_needed' ? { ...words, title: '请同事来看这一条' } : words
  })

  function chose(choice: string) {
    act.dismiss()
    if (choice === 'retry') return void send(last)
    looking.value = null
    if (choice === 'reload') void list.refresh()
  }

  return { list, looking, busy: act.busy, problem: act.problem, send, refusal, chose }
}
