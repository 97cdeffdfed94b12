import { computed, ref } from 'vue'
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { usePageList, useLoad } from '@/app/list'
import { hours, percent } from '@yimi/words/format'
import { STARS } from '@yimi/words/hourWords'

type MyHours = Schemas['MyHours']

/** My hours: the total with its star, the months, and the entries of one month or all, of one campaign or all. */
export function useHours() {
  const total = useLoad(() => api.get('/me/hours'))
  const campaigns = useLoad(() => api.get('/campaigns').then(({ items }) => items))
  const month = ref('')
  const campaign = ref(0)
  const byCampaign = ref(false)
  const list = usePageList<Schemas['HourEntry']>((cursor) =>
    api.get('/me/hours/entries', { query: { cursor, month: month.value || undefined, campaign_id: campaign.value || undefined } }),
  )

  const months = computed(() => total.data.value?.months.slice(-6) ?? [])
  const none = computed(() => total.data.value !== null && total.data.value.entries_total === 0)
  const heading = computed(() => `${month.value ? `${Number(month.value.slice(5))}月` : '全部'}的记录`)
  const years = computed(() => yearsOf(months.value.map((m) => m.month)))
  const star = computed(() => total.data.value && starOf(total.data.value))

  async function load(campaignId = 0) {
    campaign.value = campaignId
    byCampaign.value = campaignId > 0
    if (campaignId) void campaigns.run()
    await total.run()
    if (!campaignId) month.value = lastMonth(total.data.value)
    await list.refresh()
  }

  /** A second tap on the chosen month shows them all again. */
  function pickMonth(tapped: string) {
    month.value = tapped === month.value ? '' : tapped
    void list.refresh()
  }

  function pickCampaign(id: number) {
    campaign.value = id
    void list.refresh()
  }

  function toggleCampaigns() {
    byCampaign.value = !byCampaign.value
    if (byCampaign.value && !campaigns.data.value) void campaigns.run()
    if (!byCampaign.value && campaign.value) pickCampaign(0)
  }

  return {
    total,
    campaigns,
    month,
    campaign,
    byCampaign,
    list,
    months,
    none,
    heading,
    years,
    star,
    load,
    pickMonth,
    pickCampaign,
    toggleCampaigns,
  }
}

/** The latest month that has any entry, so that the list does not open empty. */
function lastMonth(of: MyHours | null): string {
  return (
    of?.months
      .slice(-6)
      .reverse()
      .find((m) => m.entries > 0)?.month ?? ''
  )
}

function yearsOf(months: string[]): string {
  const years = [...new Set(months.map((m) => m.slice(0, 4)))]
  return years.length ? `${years.join('–')}年` : ''
}

/** The way from the present star to the next, as a bar and in words. */
function starOf(of: MyHours) {
  const to = of.next_star_minutes
  const next = STARS[Math.min(5, of.star + 1)]
  return {
    name: STARS[of.star],
    picture: `/static/art/star-${Math.max(1, of.star)}.svg`,
    none: of.star === 0,
    from: of.star === 0 ? '开始' : STARS[of.star],
    fromHours: Math.round(of.star_minutes / 60),
    next,
    nextHours: to ? Math.round(to / 60) : 0,
    percent: to ? percent(of.minutes_total - of.star_minutes, to - of.star_minutes) : 100,
    left: to ? hours(to - of.minutes_total) : '',
  }
}
