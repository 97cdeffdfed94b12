import { computed, ref, shallowRef } from 'vue'
import { onPullDownRefresh, onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { call } from '@/app/device'
import { useLoad } from '@/app/list'
import { useSession } from '@/app/session'
import { reportOf, usePick, type Report } from './batch'
import { useMakeUp } from './useMakeUp'

export type Row = Schemas['AttendanceRow']
type Action = 'confirm' | 'no_show' | 'no_credit'

const DONE: Record<Action, string> = { confirm: '的时长已记入', no_show: '记为没到', no_credit: '不计时' }

/** A shift's attendance, sorted by what is to be done with each line. */
export function useAttendance() {
  const { person } = useSession()
  const shiftId = ref(0)
  const sheet = useLoad(() => api.get('/shifts/{id}/attendance', { path: { id: shiftId.value } }))
  const act = useAct((key, ids: number[], action: Action) =>
    api.post('/shifts/{id}/attendance', { path: { id: shiftId.value }, body: { items: ids.map((id) => ({ signup_id: id, action })) }, key }),
  )
  const doing = ref<Action | ''>('')
  const report = shallowRef<Report | null>(null)
  const makeUp = useMakeUp(() => sheet.run())
  let last: [number[], Action] | null = null
  let asked = false

  const rows = computed(() => sheet.data.value?.items ?? [])
  const over = computed(() => sheet.data.value?.over ?? false)
  const groups = computed(() => sorted(rows.value, over.value))
  const mine = (row: Row) => row.person_id === person.value?.id
  const pick = usePick(computed(() => groups.value.ready.filter((row) => !mine(row)).map((row) => row.signup_id)))
  const sum = computed(() => groups.value.ready.filter((row) => pick.has(row.signup_id)).reduce((total, row) => total + row.minutes, 0))
  const parts = computed(() => partsOf(rows.value, over.value))

  async function load() {
    await sheet.run()
    if (!asked && sheet.data.value) pick.toggleAll() // the usual thing is to confirm everybody
    asked ||= sheet.data.value !== null
  }

  function start(id: number) {
    shiftId.value = id
    return load()
  }

  onShow(() => shiftId.value && asked && void sheet.run())
  onPullDownRefresh(async () => {
    await load()
    uni.stopPullDownRefresh()
  })

  async function run(ids: number[], action: Action) {
    last = [ids, action]
    doing.value = action
    const result = await act.run(ids, action)
    doing.value = ''
    if (!result) return
    const told = reportOf(result, (id) => rows.value.find((row) => row.signup_id === id)?.person_name ?? '')
    if (told.failed.length) report.value = told
    else uni.showToast({ title: `${told.done} 人${DONE[action]}`, icon: 'none' })
    void sheet.run()
  }

  function chose(choice: string) {
    act.dismiss()
    if (choice === 'retry' && last) void run(...last)
    if (choice === 'reload') void sheet.run()
  }

  const ringing = ref(0)
  const opening = useAct((_key, id: number) => api.post('/signups/{id}/contact', { path: { id } }))
  /** Opens the volunteer's phone, which is kept in the audit log, and rings it up. */
  async function ring(row: Row) {
    ringing.value = row.signup_id
    const contact = await opening.run(row.signup_id)
    ringing.value = 0
    if (contact) call(contact.phone)
  }

  function startMakeUp(row: Row) {
    const { shift_id, starts_at, ends_at } = sheet.data.value!
    makeUp.start({ row, shiftId: shift_id, startsAt: starts_at, endsAt: ends_at })
  }

  return { sheet, shiftId, over, groups, parts, pick, sum, mine, act, doing, report, makeUp, start, load, run, chose, ring, ringing, opening, startMakeUp, closeReport: () => (report.value = null) }
}

/** Each line once, under what is to be done with it. */
function sorted(rows: Row[], over: boolean) {
  const groups = { look: [] as Row[], ready: [] as Row[], proposed: [] as Row[], away: [] as Row[], here: [] as Row[], settled: [] as Row[] }
  for (const row of rows) groups[placeOf(row, over)].push(row)
  return groups
}

function placeOf(row: Row, over: boolean): 'look' | 'ready' | 'proposed' | 'away' | 'here' | 'settled' {
  if (row.proposed_minutes) return 'proposed'
  if (row.state !== 'confirmed') return 'settled'
  if (row.attention.length || (over && row.in_at && !row.out_at)) return 'look'
  if (row.out_at) return row.minutes > 0 ? 'ready' : 'look'
  return row.in_at ? 'here' : 'away'
}

/** The split bar: in and out, in only, not there. */
function partsOf(rows: Row[], over: boolean) {
  const whole = rows.filter((row) => row.state === 'attended' || row.out_at || row.proposed_minutes).length
  const only = rows.filter((row) => row.state !== 'attended' && row.in_at && !row.out_at && !row.proposed_minutes).length
  return [
    { key: 'whole', n: whole, word: over ? '进出齐全' : '已签退' },
    { key: 'only', n: only, word: over ? '没签退' : '在场' },
    { key: 'away', n: rows.length - whole - only, word: over ? '没到' : '还没到' },
  ]
}
