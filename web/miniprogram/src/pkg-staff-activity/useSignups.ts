import { computed, ref, shallowRef } from 'vue'
import { onLoad, onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { usePageList } from '@/app/list'
import { idOf } from '@/app/nav'
import { asStaff } from '@/staff/asStaff'
import { usePick } from '@/staff/batch'
import { takeRefusalOf } from './takeRefusal'
import { useDecide } from '@/staff/useDecide'

type Signup = Schemas['Signup']

export const REASONS = ['名额有限，请看看别的班次', '这项活动需要相应的技能', '年龄不符合这项活动的要求', '活动安排有调整']

/** Those who wait: for a yes, for a place, and for their own word on a place that is kept. */
export const TABS = [
  { state: 'pending', word: '待审核', waits: '等审核', none: '都办完了', line: '有人报名需要审核的活动时，会出现在这里', act: '' },
  {
    state: 'waitlisted',
    word: '候补',
    waits: '排候补',
    none: '没有人在排候补',
    line: '班次满了以后，排队的人会出现在这里。有空位时会自动按顺序通知',
    act: '给名额',
  },
  {
    state: 'offered',
    word: '等本人确认',
    waits: '等确认',
    none: '没有人要确认',
    line: '轮到的候补和改了时间的报名，本人确认以前在这里',
    act: '代为确认',
  },
] as const
type Tab = (typeof TABS)[number]['state']

/** Sign-ups of all shifts, or of one; many can be decided at once. */
export function useSignups() {
  const tab = ref<Tab>('pending')
  const shiftId = ref(0)
  const shown = computed(() => TABS.find((one) => one.state === tab.value)!)
  const list = usePageList<Signup>((cursor) =>
    api.get('/signups', { query: { state: tab.value, ...(shiftId.value ? { shift_id: shiftId.value } : {}), cursor, limit: 50 } }),
  )
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

  function show(which: Tab) {
    if (tab.value === which) return
    tab.value = which
    pick.clear()
    list.items.value = []
    void list.refresh()
  }

  // ---- somebody from the list ----
  const take = useAct((key, id: number, addPlace: boolean) =>
    api.post('/signups/{id}/take', { path: { id }, body: { add_place: addPlace }, key }),
  )
  const taking = shallowRef<{ of: Signup; addPlace: boolean } | null>(null)
  const refusal = computed(() => take.problem.value && takeRefusalOf(take.problem.value))
  async function takeOne(of: Signup, addPlace = false) {
    taking.value = { of, addPlace }
    const taken = await take.run(of.id, addPlace)
    if (!taken) return
    taking.value = null
    uni.showToast({ title: `${of.person_name}已报上，会发消息告诉本人`, icon: 'none' })
    await list.refresh()
  }
  function choseTaking(choice: string) {
    const last = taking.value
    take.dismiss()
    taking.value = null
    if (choice === 'add_place' && last) void takeOne(last.of, true)
    if (choice === 'retry' && last) void takeOne(last.of, last.addPlace)
    if (choice === 'reload') void list.refresh()
  }

  onLoad((query) => {
    shiftId.value = idOf(query?.shift_id)
    tab.value = TABS.find((one) => one.state === query?.state)?.state ?? 'pending'
  })
  onShow(() => void asStaff(list.refresh))
  return { tab, shown, show, list, pick, groups, decide, takeOne, takeBusy: take.busy, taking, refusal, choseTaking }
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
