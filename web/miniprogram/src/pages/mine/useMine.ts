// Who I am here: roles, figures, the star ahead.
import { computed, reactive } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import { api } from '@/app/api'
import { hours, percent } from '@yimi/words/format'
import { STARS } from '@yimi/words/hourWords'
import { holds } from '@yimi/words/labels'
import { useLoad } from '@/app/list'
import { useSession } from '@/app/session'

export function useMine() {
  const session = useSession()
  const figures = useLoad(async () => {
    const [, mine, coming, requests] = await Promise.all([
      session.reload(),
      api.get('/me/hours'),
      api.get('/me/signups', { query: { when: 'coming', limit: 100 } }),
      api.get('/me/requests', { query: { open: true, limit: 100 } }),
    ])
    return { hours: mine, coming: coming.items.filter((one) => holds(one.state)).length, requests: requests.items.length }
  })
  async function run() {
    await session.start()
    if (session.signedIn.value) await figures.run()
  }
  onShow(() => void run())

  const star = computed(() => {
    const mine = figures.data.value?.hours
    if (!mine) return null
    if (mine.next_star_minutes === undefined) return { level: 5, words: '五星志愿者，谢谢您', percent: 100 }
    return {
      level: mine.star,
      words: `再 ${hours(mine.next_star_minutes - mine.minutes_total)}到${STARS[mine.star + 1]}`,
      percent: percent(mine.minutes_total - mine.star_minutes, mine.next_star_minutes - mine.star_minutes),
    }
  })
  return reactive({
    person: session.person,
    signedIn: session.signedIn,
    starting: session.starting,
    isStaff: session.isStaff,
    coming: computed(() => figures.data.value?.coming),
    requests: computed(() => figures.data.value?.requests),
    problem: figures.problem,
    loading: figures.loading,
    star,
    run,
  })
}
