import { ref, shallowRef } from 'vue'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { reportOf, type Report } from './batch'

type Decision = Schemas['DecisionInput']['decision']
type Send = (key: string, ids: number[], decision: Decision, reason?: string) => Promise<Schemas['BatchResult']>

/** Approving or rejecting many: `doing` says which button spins; what failed is reported, what was done is toasted. */
export function useDecide(send: Send, nameOf: (id: number) => string, after: () => unknown) {
  const act = useAct((key, ids: number[], decision: Decision, reason?: string) => send(key, ids, decision, reason))
  const doing = ref<Decision | ''>('')
  const rejecting = ref<number[]>([])
  const report = shallowRef<Report | null>(null)
  let last: [number[], Decision, string?] | null = null

  async function decide(ids: number[], decision: Decision, reason?: string) {
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
