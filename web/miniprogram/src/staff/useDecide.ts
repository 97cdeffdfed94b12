import { ref, shallowRef } from 'vue'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { reportOf, type Report } from './batch'

type Send<D> = (key: string, ids: number[], decision: D, reason?: string) => Promise<Schemas['BatchResult']>

/** Deciding on many: `doing` says which button spins; what failed is reported, what was done is toasted. */
export function useDecide<D extends string = Schemas['DecisionInput']['decision']>(
  send: Send<D>,
  nameOf: (id: number) => string,
  after: () => unknown,
) {
  const act = useAct((key, ids: number[], decision: D, reason?: string) => send(key, ids, decision, reason))
  const doing = ref('')
  const rejecting = ref<number[]>([])
  const report = shallowRef<Report | null>(null)
  let last: [number[], D, string?] | null = null

  async function decide(ids: number[], decision: D, reason?: string) {
    last = [ids, decision, reason]
    doing.value = decision
    const result = await act.run(ids, decision, reason)
    doing.value = ''
    if (!result) return
    rejecting.value = []
    const told = reportOf(result, nameOf)
    if (told.failed.length) report.value = told
    else uni.showToast({ title: decision === 'approve' ? `已通过 ${told.done} 件` : `已办 ${told.done} 件`, icon: 'success' })
    after()
  }

  function chose(choice: string) {
    act.dismiss()
    if (choice === 'retry' && last) void decide(...last)
    if (choice === 'reload') after()
  }

  return { ...act, doing, rejecting, report, decide, chose, closeReport: () => (report.value = null) }
}
