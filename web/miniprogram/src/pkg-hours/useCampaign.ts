import { computed, ref } from 'vue'
import { onPullDownRefresh } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { count, day, percent, wholeHours } from '@yimi/words/format'
import { useLoad } from '@/app/list'
import { timeSaid } from '@/app/said'

type Activity = Schemas['Activity']
export type By = 'people' | 'units'
const LINES = 10

/** A campaign with its totals, its two leaderboards and what comes next. */
export function useCampaign() {
  const id = ref(0)
  const by = ref<By>('people')
  const campaign = useLoad(() => api.get('/campaigns/{id}', { path: { id: id.value } }))
  const boards = {
    people: useLoad(() => board('people')),
    units: useLoad(() => board('units')),
  }
  const coming = useLoad(() => api.get('/activities', { query: { campaign_id: id.value, limit: 3 } }).then(({ items }) => items))

  function board(which: By) {
    return api.get('/campaigns/{id}/leaderboard', { path: { id: id.value }, query: { by: which, limit: LINES } }).then(({ items }) => items)
  }

  async function load() {
    void Promise.all([boards.people.run(), boards.units.run(), coming.run()])
    await campaign.run()
  }

  function start(campaignId: number) {
    id.value = campaignId
    return load()
  }

  onPullDownRefresh(async () => {
    await load()
    uni.stopPullDownRefresh()
  })

  const c = campaign.data
  const reached = computed(() => (c.value ? percent(c.value.minutes_total, c.value.goal_minutes) : 0))
  const shown = computed(() => boards[by.value])
  /** My line below the board, when I am not on it. */
  const myLine = computed(() =>
    by.value === 'people' && c.value?.mine?.minutes && !boards.people.data.value?.some((row) => row.is_me) ? c.value.mine : null,
  )
  const doors = computed(() =>
    c.value
      ? [
          { n: count(c.value.volunteers_total), word: '志愿者', to: 'people' as const },
          { n: count(c.value.entries_total), word: '参加人次', to: 'records' as const },
          { n: boards.units.data.value ? count(boards.units.data.value.length) : '…', word: '个站点', to: 'units' as const },
        ]
      : [],
  )
  const next = computed(() => coming.data.value?.find((a) => openShift(a)) ?? null)
  const done = computed(() => (c.value ? { hours: wholeHours(c.value.minutes_total), goal: wholeHours(c.value.goal_minutes) } : null))

  return { id, by, campaign, shown, myLine, doors, coming, next, reached, done, start, load }
}

/** The next shift of an activity that has not started, with a place left. */
function openShift(of: Activity) {
  return ahead(of).find((shift) => shift.taken < shift.capacity)
}

function ahead(of: Activity) {
  return of.shifts.filter((shift) => shift.state === 'open' && Date.parse(shift.starts_at) > Date.now())
}

/** 11月29日 周六 09:00，还剩 6 个名额 */
export function comingWords(of: Activity): string {
  const shift = openShift(of) ?? ahead(of)[0]
  if (!shift) return of.shifts.length ? '这一班正在进行' : '近期没有班次'
  const left = shift.capacity - shift.taken
  return `${day(shift.starts_at)} ${timeSaid(shift.starts_at)}，${left > 0 ? `还剩 ${left} 个名额` : `已满${shift.waitlisted ? `，候补 ${shift.waitlisted} 人` : ''}`}`
}
