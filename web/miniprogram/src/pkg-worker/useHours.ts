// My hours: the week I publish, what is different on a day, and the calendar feed.
import { computed, reactive, ref } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { refusalOf } from '@/app/refusal'
import { origin } from '@/app/transport'
import { asWorker } from './asWorker'
import { inputOf, weekOf, wrongInWeek, type DayPlan } from './plan'

type Provider = Schemas['Provider']
const onH5 = process.env.UNI_PLATFORM === 'h5'

export function useHours() {
  const loaded = useLoad(() => api.get('/me/provider'))
  const provider = loaded.data
  const it = reactive({ week: [] as DayPlan[], cap: 0 })
  const said = (title: string) => uni.showToast({ title, icon: 'none' })

  function fill(of: Provider) {
    provider.value = of
    it.week = weekOf(of)
    it.cap = of.daily_cap
  }
  async function run() {
    await asWorker(async () => {
      await loaded.run()
      if (provider.value && !loaded.problem.value) fill(provider.value)
    })
  }
  // What is being changed is not read over when the page comes back to the front.
  onShow(() => void (changed.value ? undefined : run()))

  // ---- the week ----
  const input = computed(() => ({ ...inputOf(it.week), daily_cap: it.cap }))
  const changed = computed(() => {
    const was = provider.value
    return (
      !!was && it.week.length > 0 && JSON.stringify(input.value) !== JSON.stringify({ ...inputOf(weekOf(was)), daily_cap: was.daily_cap })
    )
  })
  const wrong = computed(() => wrongInWeek(it.week))
  const saving = useAct((key, body: Schemas['ProviderHoursInput']) => api.post('/me/provider/hours', { body, key }))
  async function save() {
    if (wrong.value) return
    const now = await saving.run(input.value)
    if (!now) return
    fill(now)
    said('已保存，约好的不变')
  }
  /** A day as it was edited, on the days named. */
  function setDay(day: DayPlan, on: number[]) {
    it.week = it.week.map((one) =>
      on.includes(one.weekday) ? { weekday: one.weekday, hours: day.hours.map(copied), breaks: day.breaks.map(copied) } : one,
    )
  }
  function undo() {
    if (provider.value) fill(provider.value)
  }

  // ---- exceptions ----
  const adding = useAct((key, body: Schemas['ProviderExceptionInput']) => api.post('/me/provider/exceptions', { body, key }))
  const removing = useAct((_, id: number) => api.delete('/me/provider/exceptions/{id}', { path: { id } }).then(() => true))
  /** Only the exceptions are taken from the answer: the week may be in the middle of a change. */
  async function add(body: Schemas['ProviderExceptionInput']): Promise<boolean> {
    const now = await adding.run(body)
    if (now && provider.value) provider.value = { ...provider.value, exceptions: now.exceptions, affected: now.affected }
    if (now) said(now.affected ? '已加上，请看看受影响的约' : '已加上')
    return !!now
  }
  async function remove(id: number): Promise<boolean> {
    const gone = await removing.run(id)
    if (gone && provider.value) provider.value = { ...provider.value, exceptions: provider.value.exceptions.filter((one) => one.id !== id) }
    if (gone) said('已去掉')
    if (gone) void recount()
    return !!gone
  }

  /** How many are affected now; the week may be in the middle of a change. */
  async function recount() {
    const now = await api.get('/me/provider').catch(() => null)
    if (now && provider.value) provider.value = { ...provider.value, affected: now.affected }
  }

  // ---- the feed ----
  const address = ref('')
  const renewing = useAct((key) => api.post('/me/provider/feed', { key }))
  const stopping = useAct(() => api.delete('/me/provider/feed').then(() => true))
  async function renew() {
    const feed = await renewing.run()
    if (!feed) return
    address.value = (onH5 ? location.origin : origin) + feed.path
    if (provider.value) provider.value = { ...provider.value, has_feed: true }
  }
  async function stop(): Promise<boolean> {
    const gone = await stopping.run()
    if (!gone) return false
    address.value = ''
    if (provider.value) provider.value = { ...provider.value, has_feed: false }
    said('已停用')
    return true
  }

  const deeds = [saving, adding, removing, renewing, stopping]
  const failed = computed(() => deeds.map((one) => one.problem.value).find(Boolean) ?? null)
  const refusal = computed(() => {
    if (!failed.value) return null
    const text = refusalOf(failed.value)
    const fields = failed.value.fields.map((one) => one.message).join('；')
    // Each deed has its own button still on the page: no second one here.
    return { ...text, detail: fields || text.detail, choices: text.choices.filter((one) => one.act !== 'retry') }
  })
  function chose(choice: string) {
    deeds.forEach((one) => one.dismiss())
    if (choice === 'reload') void run()
  }

  return {
    ...{ loaded, provider, it, run, changed, wrong, save, saving: saving.busy, setDay, undo },
    ...{
      add,
      adding: adding.busy,
      remove,
      removing: removing.busy,
      address,
      renew,
      renewing: renewing.busy,
      stop,
      stopping: stopping.busy,
      refusal,
      chose,
    },
  }
}

const copied = <T extends object>(of: T): T => ({ ...of })
