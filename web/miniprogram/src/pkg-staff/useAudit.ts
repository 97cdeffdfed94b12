// The audit log, narrowed by what the admin taps: a day range, minors only, one person, one record, one operation.
import { computed, reactive, ref, watch } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { day, isoDate, monthDay, startOfDay } from '@yimi/words/format'
import { usePageList } from '@/app/list'
import { timeSaid } from '@/app/said'
import { useSession } from '@/app/session'
import { asStaff } from '@/staff/asStaff'

export type Entry = Schemas['AuditEntry']
const DAY_MS = 86_400_000
const ROLES: Record<Entry['role'], string> = {
  resident: '居民',
  volunteer: '志愿者',
  social_worker: '社工',
  station_staff: '工作人员',
  district_admin: '区级管理员',
  system: '系统',
}
export const SPANS = [
  { value: 1, word: '今天' },
  { value: 7, word: '7 天' },
  { value: 30, word: '30 天' },
  { value: 0, word: '全部' },
]

/** What the list is narrowed to by a tap on a row. */
interface Only {
  actor?: { id: number; word: string }
  record?: { entity: Entry['entity']; id: number; word: string }
  operation?: { id: string; word: string }
}

export const recordOf = (one: Entry) => `${one.entity_said} ${one.entity_name || one.entity_id}`
export const whoOf = (one: Entry) => (one.actor_id ? `${one.actor_name || '没有写名字的人'}（${ROLES[one.role]}）` : '系统')
export const whenOf = (one: Entry) => `${monthDay(one.at)} ${timeSaid(one.at)}`

export function useAudit() {
  const { has } = useSession()
  const mayRead = computed(() => has('district_admin'))
  const days = ref(7)
  const minors = ref(0)
  const only = reactive<Only>({})
  const shown = ref<Entry | null>(null)

  const list = usePageList<Entry>((cursor) =>
    api.get('/audit', {
      query: {
        cursor,
        from: days.value ? isoDate(Date.now() - (days.value - 1) * DAY_MS) : undefined,
        minors: minors.value === 1 ? true : undefined,
        actor_id: only.actor?.id,
        entity: only.record?.entity,
        entity_id: only.record?.id,
        operation: only.operation?.id,
      },
    }),
  )
  const load = () => asStaff(() => (mayRead.value ? list.refresh() : undefined))
  onShow(() => void load())
  watch([days, minors], () => void load())

  /** Rows under their days. */
  const parts = computed(() => {
    const out: { date: string; word: string; rows: Entry[] }[] = []
    for (const one of list.items.value) {
      const date = isoDate(one.at)
      if (out[out.length - 1]?.date !== date) out.push({ date, word: day(startOfDay(date)), rows: [] })
      out[out.length - 1].rows.push(one)
    }
    return out
  })

  const narrowed = computed(() =>
    [
      { key: 'actor' as const, word: only.actor?.word },
      { key: 'record' as const, word: only.record?.word },
      { key: 'operation' as const, word: only.operation?.word },
    ].filter((one) => one.word),
  )
  function widen(key: keyof Only) {
    only[key] = undefined
    void load()
  }
  function narrow(key: keyof Only) {
    const one = shown.value
    if (!one) return
    if (key === 'actor') only.actor = { id: one.actor_id, word: one.actor_name || '这个人' }
    if (key === 'record') only.record = { entity: one.entity, id: one.entity_id, word: recordOf(one) }
    if (key === 'operation') only.operation = { id: one.operation, word: one.said }
    shown.value = null
    void load()
  }

  return { list, mayRead, days, minors, shown, parts, narrowed, narrow, widen }
}
