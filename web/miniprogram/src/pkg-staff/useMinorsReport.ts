// The yearly report on minors' data, and its table.
import { computed, ref, watch } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { copy } from '@/app/device'
import { useLoad } from '@/app/list'
import { isoDate } from '@yimi/words/format'
import { useSession } from '@/app/session'
import { asStaff } from '@/staff/asStaff'

type Report = Schemas['MinorsReport']
const HEIGHT = 88
const thisYear = () => Number(isoDate(Date.now()).slice(0, 4))
export const ROLE_WORDS: Record<string, string> = { social_worker: '社工', station_staff: '工作人员', district_admin: '区级管理员' }

/** The figures of whose data are held, in words. */
export function heldRows({ held }: Report) {
  return [
    { word: '为未成年人提出的申请', n: held.requests, unit: '件' },
    { word: '涉及的未成年人', n: held.beneficiaries, unit: '人' },
    { word: '其中未满 14 周岁', n: held.beneficiaries_under_14, unit: '人' },
    { word: '未满 14 周岁，监护人已同意', n: held.under_14_with_guardian, unit: '人' },
    { word: '未满 14 周岁，监护人未同意', n: held.under_14_without_guardian, unit: '人', bad: held.under_14_without_guardian > 0 },
    { word: '未成年人账号', n: held.people, unit: '个' },
    { word: '其中未满 14 周岁的账号', n: held.people_under_14, unit: '个' },
    { word: '未满 14 周岁的账号，监护人已同意', n: held.people_under_14_with_guardian, unit: '个' },
    { word: '未成年志愿者', n: held.volunteers, unit: '人' },
  ]
}

/** The months as bars of two parts, changes on looks; the highest fills the height. */
export function monthParts(months: Report['months']) {
  const most = Math.max(1, ...months.map((m) => m.looks + m.changes))
  const high = (n: number) => (n ? Math.max(3, Math.round((n / most) * HEIGHT)) : 0)
  return months.map((m) => ({ month: m.month, total: m.looks + m.changes, looks: high(m.looks), changes: high(m.changes) }))
}

export function useMinorsReport() {
  const { has } = useSession()
  const mayRead = computed(() => has('district_admin'))
  const year = ref(thisYear())
  const years = [0, 1, 2].map((back) => ({ value: thisYear() - back, word: `${thisYear() - back} 年` }))
  const report = useLoad(() => api.get('/audit/minors-report', { query: { year: year.value } }))
  const copying = useAct(async () => {
    const table = String(await api.get('/audit/minors-report/csv', { query: { year: year.value } }))
    copy(table.replace(/^\uFEFF/, ''), '已复制，可以贴进表格')
    return true
  })
  const load = () => asStaff(() => (mayRead.value ? report.run() : undefined))
  onShow(() => void load())
  watch(year, () => void load())
  return { report, copying, mayRead, year, years }
}
