import { computed } from 'vue'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { stands } from './next'

/** What I have on one day, so that a new time is not put on top of it. */
export function useDayBookings() {
  let date = ''
  const day = useLoad(async () => ({
    date,
    items: (await api.get('/me/bookings', { query: { from: date, to: date } })).items.filter(stands),
  }))
  function ask(of: string) {
    date = of
    void day.run()
  }
  return { bookings: computed(() => day.data.value?.items ?? []), ask }
}
