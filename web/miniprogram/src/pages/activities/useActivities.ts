// The activities: what is asked for, the days ahead, the list.
import { computed, ref, watch } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { isoDate, startOfDay } from '@yimi/words/format'
import { useLoad, usePageList } from '@/app/list'

const DAY = 86_400_000
const TYPING_MS = 400

export interface Pick {
  id: number
  name: string
}

export function useActivities() {
  const q = ref('')
  const openOnly = ref(false)
  const campaign = ref<Pick | null>(null)
  const unit = ref<Pick | null>(null)
  const date = ref('')

  const list = usePageList<Schemas['Activity']>((cursor) =>
    api.get('/activities', {
      query: {
        q: q.value.trim(),
        open: openOnly.value || undefined,
        campaign_id: campaign.value?.id,
        unit_id: unit.value?.id,
        from: date.value ? new Date(startOfDay(date.value)).toISOString() : undefined,
        to: date.value ? new Date(startOfDay(date.value) + DAY).toISOString() : undefined,
        cursor,
      },
    }),
  )
  const days = useLoad(() => api.get('/activities/days', { query: { days: 7 } }))
  const marks = computed(() => days.data.value?.items.map((one) => ({ date: one.date, count: one.shifts })) ?? blankDays())

  let typing: ReturnType<typeof setTimeout> | undefined
  watch(q, () => {
    clearTimeout(typing)
    typing = setTimeout(() => void list.refresh(), TYPING_MS)
  })
  watch([openOnly, campaign, unit, date], () => void list.refresh())
  onShow(() => {
    void list.refresh()
    void days.run()
  })

  /** What the sheets offer, asked for when the first one opens. */
  const campaigns = useLoad(() => api.get('/campaigns'))
  const units = useLoad(() => api.get('/units'))

  const narrowed = computed(() => q.value.trim() !== '' || campaign.value !== null || unit.value !== null || openOnly.value)
  /** The day with activities that is nearest to the one asked for, of two the later. */
  const nearest = computed(() =>
    nearestDay(
      marks.value.filter((one) => one.count > 0).map((one) => one.date),
      date.value,
    ),
  )
  function widen() {
    q.value = ''
    openOnly.value = false
    campaign.value = null
    unit.value = null
    date.value = ''
  }

  return { q, openOnly, campaign, unit, date, list, marks, campaigns, units, narrowed, nearest, widen }
}

/** Of days in their order the nearest to one of them that is not it; without one the first. */
export function nearestDay(days: string[], to: string): string {
  const far = (one: string) => Math.abs(startOfDay(one) - startOfDay(to))
  return days.filter((one) => one !== to).reduce((best, one) => (best && (!to || far(best) < far(one)) ? best : one), '')
}

/** The strip keeps its place while the days are asked for. */
function blankDays() {
  return Array.from({ length: 7 }, (_, n) => ({ date: isoDate(Date.now() + n * DAY), count: 0 }))
}
