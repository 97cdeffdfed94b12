import { computed } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { usePageList } from '@/app/list'
import { asStaff } from './asStaff'
import { usePick } from './batch'
import { useDecide } from './useDecide'

type Signup = Schemas['Signup']

export const REASONS = ['名额有限，请看看别的班次', '这项活动需要相应的技能', '年龄不符合这项活动的要求', '活动安排有调整']

/** Sign-ups that wait for a yes, by shift; many can be decided at once. */
export function useSignups() {
  const list = usePageList<Signup>((cursor) => api.get('/signups', { query: { state: 'pending', cursor, limit: 50 } }))
  const pick = usePick(computed(() => list.items.value.map((one) => one.id)))
  const groups = computed(() => byShift(list.items.value))
  const nameOf = (id: number) => list.items.value.find((one) => one.id === id)?.person_name ?? ''
  const decide = useDecide(
    (key, ids, decision, reason) => api.post('/signups/decide', { body: { ids, decision, reason }, key }),
    nameOf,
    () => {
      pick.clear()
      void list.refresh()
    },
  )

  onShow(() => void asStaff(list.refresh))
  return { list, pick, groups, decide }
}

interface Group {
  shiftId: number
  head: Signup
  rows: Signup[]
}

function byShift(items: Signup[]): Group[] {
  const groups = new Map<number, Group>()
  for (const one of items) {
    const group = groups.get(one.shift_id) ?? { shiftId: one.shift_id, head: one, rows: [] }
    group.rows.push(one)
    groups.set(one.shift_id, group)
  }
  return [...groups.values()]
}
