// The catalogue: what my station offers, narrowed by whom it is for and by words. Nobody signed in may look too.
import { computed, ref } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import { api } from '@/app/api'
import { call } from '@/app/device'
import { useLoad } from '@/app/list'
import { useSession } from '@/app/session'
import { byTheme, findServices, inSegment, type Segment } from './services'

export function useServices() {
  const { person } = useSession()
  const q = ref('')
  const segment = ref<Segment>('all')
  const loaded = useLoad(() => api.get('/service-types'))
  onShow(() => void loaded.run())

  const found = computed(() =>
    findServices(
      (loaded.data.value?.items ?? []).filter((one) => inSegment(one, segment.value)),
      q.value,
    ),
  )
  const groups = computed(() => byTheme(found.value.items))

  // ---- whom to call when nothing fits: my station, else one out of the list ----
  const units = useLoad(() => api.get('/units'))
  const stations = computed(() => units.data.value?.items.filter((one) => one.phone) ?? null)
  const choosing = ref(false)
  const phone = computed(() => person.value?.unit?.phone ?? '')
  function callStation() {
    if (phone.value) return call(phone.value)
    choosing.value = true
    if (!units.data.value) void units.run()
  }

  return { q, segment, loaded, found, groups, station: computed(() => person.value?.unit), units, stations, choosing, callStation }
}
