import { computed, ref, shallowRef } from 'vue'
import { onPullDownRefresh, onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { call } from '@/app/device'
import { monthDay } from '@yimi/words/format'
import { OF_SHIFT } from '@yimi/words/hourWords'
import { useLoad } from '@/app/list'
import { timeSaid } from '@/app/said'
import { useSession } from '@/app/session'
import { useSettings } from '@/app/settings'
import { reportOf, usePick, waitsOf, type Report } from '@/staff/batch'
import { useMakeUp } from '@/staff/useMakeUp'

export type Row = Schemas['AttendanceRow']
type Deed = Schemas['AttendanceInput']['items'][number]
type Action = 'confirm' | 'no_show' | 'no_credit' | 'undo'

const DONE: Record<Action, string> = { confirm: '的时长已记入', no_show: '记为没到', no_credit: '不计时', undo: '的扫码已撤销' }

/** A shift's attendance, sorted by what is to be done with each line. */
export function useAttendance() {
  const { person } = useSession()
  const { settings } = useSettings()
  const shiftId = ref(0)
  const sheet = useLoad(() => api.get('/shifts/{id}/attendance', { path: { id: shiftId.value } }))
  const act = useAct((key, items: Deed[]) => api.post('/shifts/{id}/attendance', { path: { id: shiftId.value }, body: { items }, key }))
  const doing = ref<Action | ''>('')
  const report = shallowRef<Report | null>(null)
  const makeUp = useMakeUp(() => sheet.run())
  /** Of whom the time is credited elsewhere already: why, and what is left of it. */
  const clashes = ref<Record<number, Schemas['BatchItem']>>({})
  const undoing = shallowRef<Row | null>(null)
  let last: Deed[] = []
  let asked = false

  const rows = computed(() => sheet.data.value?.items ?? [])
  const over = computed(() => sheet.data.value?.over ?? false)
  const groups = computed(() => sorted(rows.value, over.value, clashes.value))
  /** Why everybody's time here needs a look. */
  const ofShift = computed(() => OF_SHIFT.filter((reason) => rows.value.some((row) => row.attention.includes(reason))))
  /** The name, with what tells it from another of the same on the sheet. */
  const names = computed(() => namesOf(rows.value))
  const nameOf = (row: Row) => names.value[row.signup_id] ?? row.person_name
  const mine = (row: Row) => row.person_id === person.value?.id
  const pick = usePick(computed(() => groups.value.ready.filter((row) => !mine(row)).map((row) => row.signup_id)))
  const sum = computed(() => groups.value.ready.filter((row) => pick.has(row.signup_id)).reduce((total, row) => total + row.minutes, 0))
  const parts = computed(() => partsOf(rows.value, over.value))

  async function load() {
    await sheet.run()
    if (!asked && sheet.data.value && !ofShift.value.length) pick.toggleAll() // the usual thing is to confirm everybody
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

  const run = (ids: number[], action: Action) => record(ids.map((id) => ({ signup_id: id, action })))
  /** Confirms what is left of a time that another record has a part of. */
  const confirmRest = (row: Row) => record([{ signup_id: row.signup_id, action: 'confirm', given: clashes.value[row.signup_id].rest }])

  async function record(deeds: Deed[]) {
    last = deeds
    doing.value = deeds[0].action as Action
    const result = await act.run(deeds)
    doing.value = ''
    if (!result) return
    undoing.value = null
    for (const item of result.items) noteClash(item)
    tell(result, deeds[0].action as Action)
    void sheet.run()
  }

  /** The row of it says so. */
  function noteClash(item: Schemas['BatchItem']) {
    const { [item.id]: _was, ...others } = clashes.value
    clashes.value = item.code === 'time_credited' ? { ...others, [item.id]: item } : others
  }

  function tell(result: Schemas['BatchResult'], action: Action) {
    const name = (id: number) => names.value[id] ?? rows.value.find((row) => row.signup_id === id)?.person_name ?? ''
    const told = reportOf(result, name)
    const waits = waitsOf(result, name)
    const done = told.done - waits.reduce((n, one) => n + one.names.length, 0)
    if (result.items.length === 1 && clashes.value[result.items[0].id])
      uni.showToast({ title: '没有记入，请看名单上写的原因', icon: 'none' })
    else if (told.failed.length || waits.length) report.value = { ...told, done, waits }
    else uni.showToast({ title: `${done} 人${DONE[action]}`, icon: 'none' })
  }

  // ---- taking a scan back ----
  /** Until check-out closes, while the attendance is open. */
  function undoable(row: Row): boolean {
    const closes =
      sheet.data.value && settings.value ? Date.parse(sheet.data.value.ends_at) + settings.value.checkin_window_minutes * 60_000 : 0
    return row.state === 'confirmed' && !!row.in_at && !row.proposed_minutes && !mine(row) && Date.now() <= closes
  }
  const undo = (reason: string) =>
    undoing.value && record([{ signup_id: undoing.value.signup_id, action: 'undo', ...(reason ? { reason } : {}) }])

  function chose(choice: string) {
    act.dismiss()
    if (choice === 'retry') void record(last)
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

  return {
    sheet,
    shiftId,
    over,
    groups,
    ofShift,
    parts,
    pick,
    sum,
    mine,
    nameOf,
    act,
    doing,
    report,
    makeUp,
    start,
    load,
    run,
    chose,
    clashes,
    confirmRest,
    undoing,
    undoable,
    undo,
    ring,
    ringing,
    opening,
    startMakeUp,
    closeReport: () => (report.value = null),
  }
}

/** The names of those whose name stands more than once, by sign-up, with their age; where that is the same too, with when they signed up. */
export function namesOf(rows: Pick<Row, 'signup_id' | 'person_name' | 'age' | 'signed_up_at'>[]): Record<number, string> {
  const out: Record<number, string> = {}
  for (const row of rows) {
    const same = rows.filter((one) => one !== row && one.person_name === row.person_name)
    const marks = [
      row.age !== undefined && `${row.age}岁`,
      same.some((one) => one.age === row.age) && `${monthDay(row.signed_up_at)} ${timeSaid(row.signed_up_at)} 报名`,
    ].filter(Boolean)
    if (same.length) out[row.signup_id] = marks.length ? `${row.person_name}（${marks.join('，')}）` : row.person_name
  }
  return out
}

/** Each line once, under what is to be done with it. */
function sorted(rows: Row[], over: boolean, clashes: Record<number, unknown>) {
  const groups = {
    look: [] as Row[],
    ready: [] as Row[],
    proposed: [] as Row[],
    away: [] as Row[],
    here: [] as Row[],
    settled: [] as Row[],
  }
  for (const row of rows) groups[placeOf(row, over, row.signup_id in clashes)].push(row)
  return groups
}

function placeOf(row: Row, over: boolean, clash: boolean): 'look' | 'ready' | 'proposed' | 'away' | 'here' | 'settled' {
  if (row.proposed_minutes) return 'proposed'
  if (row.state !== 'confirmed') return 'settled'
  if (clash || ownReasons(row).length || (over && row.in_at && !row.out_at)) return 'look'
  if (row.out_at) return row.minutes > 0 ? 'ready' : 'look'
  return row.in_at ? 'here' : 'away'
}

/** Why this one's time needs a look, beside what holds for the whole shift. */
export const ownReasons = (row: Row) => row.attention.filter((reason) => !OF_SHIFT.includes(reason))

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
