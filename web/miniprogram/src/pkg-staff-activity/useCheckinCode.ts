import { computed, ref, shallowRef } from 'vue'
import { onHide, onShow, onUnload } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { asStaff } from '@/staff/asStaff'

type Kind = Schemas['CheckinKind']
type Scan = Schemas['ScanInput']
const POLL_MS = 3_000

/** A shift's rotating code with the live count, and staff's scanning of a volunteer's own code. */
export function useCheckinCode() {
  const shiftId = ref(0)
  /** Which code staff chose to show; none: the one for now, as the server says. */
  const chosen = ref<Kind | undefined>()
  const now = ref(Date.now())
  const code = useLoad(() => api.get('/shifts/{id}/checkin-code', { path: { id: shiftId.value }, query: { kind: chosen.value } }))
  const kind = computed<Kind>(() => chosen.value ?? code.data.value?.kind ?? 'in')
  /** False for the moment in which the other code is fetched. */
  const fresh = computed(() => code.data.value?.kind === kind.value)
  const mode = useLoad(modeOf)
  const scan = useAct((key, read: Scan) => api.post('/shifts/{id}/scan', { path: { id: shiftId.value }, body: read, key }))
  const last = ref('')
  /** Of a check-in that was there before: what staff may have meant. */
  const repeated = shallowRef<Schemas['Checkin'] | null>(null)
  let read: Scan = { token: '', kind: 'in' }
  let polledAt = 0
  let timer: ReturnType<typeof setInterval> | undefined

  async function modeOf() {
    const { activity_id } = await api.get('/shifts/{id}/attendance', { path: { id: shiftId.value } })
    return (await api.get('/activities/{id}', { path: { id: activity_id } })).checkin_mode
  }

  function poll() {
    polledAt = Date.now()
    return code.run()
  }

  /** Every second the ring moves; every three, and when the code has run out, it asks again. */
  function tick() {
    now.value = Date.now()
    const due = now.value - polledAt >= POLL_MS || (left.value === 0 && now.value - polledAt >= 1_000)
    if (due && !code.loading.value) void poll()
  }

  function watch() {
    stop()
    keepScreenOn(true)
    void poll()
    timer = setInterval(tick, 1_000)
  }

  function stop() {
    clearInterval(timer)
    keepScreenOn(false)
  }

  function choose(as: Kind) {
    chosen.value = as
    if (!fresh.value) void poll()
  }

  function start(id: number, as?: Kind) {
    shiftId.value = id
    chosen.value = as
    void asStaff(() => {
      watch()
      void mode.run()
    })
  }

  onShow(() => code.data.value && watch())
  onHide(stop)
  onUnload(stop)

  const step = computed(() => code.data.value?.step_seconds ?? 30)
  const left = computed(() =>
    code.data.value ? Math.max(0, Math.min(step.value, Math.ceil((Date.parse(code.data.value.expires_at) - now.value) / 1000))) : 0,
  )
  /** No network, and the code that was kept has run out. */
  const expired = computed(() => code.problem.value !== null && left.value === 0)
  const live = computed(() => {
    const c = code.data.value
    if (!c) return null
    const [n, of] = kind.value === 'in' ? [c.checked_in, c.signed_up] : [c.checked_out, c.checked_in]
    const faces = kind.value === 'in' ? c.latest.slice(0, 7) : []
    return {
      n,
      of,
      percent: of ? Math.round((n / of) * 100) : 0,
      word: kind.value === 'in' ? '已签到' : '已签退',
      faces,
      more: kind.value === 'in' ? n - faces.length : 0,
    }
  })

  const scanned = (token: string) => record({ token: token.trim(), kind: kind.value })
  /** The same code again, with what staff answered. */
  const again = (answer: Partial<Scan>) => record({ ...read, ...answer })
  async function record(now: Scan) {
    read = now
    repeated.value = null
    const done = await scan.run(now)
    if (!done) return
    if (done.repeated && done.kind === 'in') repeated.value = done
    last.value = `${done.person_name} ${done.repeated ? '之前已经' : '已'}${done.kind === 'in' ? '签到' : '签退'}`
    uni.showToast({ title: last.value, icon: 'none' })
    void poll()
  }

  return { kind, fresh, choose, code, mode, left, step, expired, live, scan, last, repeated, start, scanned, again, poll }
}

function keepScreenOn(on: boolean) {
  // #ifdef MP-WEIXIN
  uni.setKeepScreenOn({ keepScreenOn: on, fail: () => {} })
  // #endif
  void on
}
