import { computed } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { usePageList } from '@/app/list'
import { useSession } from '@/app/session'
import { asStaff } from '@/staff/asStaff'
import { usePick } from '@/staff/batch'
import { useDecide } from '@/staff/useDecide'

export const REASONS = ['和现场情况不符', '时长算多了', '请补充说明再提', '提错了人']

type Proposal = Schemas['HourProposal']

/** Whom a proposal waits for; beyond the daily cap it is the district. */
export const waitsFor = (of: Proposal): Schemas['WaitsFor'] => of.waits_for ?? (of.why === 'daily_cap' ? 'district' : 'colleague')

/** Minutes by hand, presence that one person does not confirm alone, and corrections: each waits for a second person. */
export function useProposals() {
  const { has } = useSession()
  /** Somebody else must decide. */
  const locked = (one: Proposal) => one.mine || (waitsFor(one) === 'district' && !has('district_admin'))
  const list = usePageList<Proposal>((cursor) => api.get('/hours/proposals', { query: { cursor, limit: 50 } }))
  const pick = usePick(computed(() => list.items.value.filter((one) => !locked(one)).map((one) => one.id)))
  const decide = useDecide(
    (key, ids, decision, reason) => api.post('/hours/proposals/decide', { body: { ids, decision, reason }, key }),
    (id) => list.items.value.find((one) => one.id === id)?.person_name ?? '',
    () => {
      pick.clear()
      void list.refresh()
    },
  )

  onShow(() => void asStaff(list.refresh))
  return { list, pick, decide, locked }
}
