// The home page: everything in one request, read anew each time the page comes up.
import { computed, reactive, ref, type UnwrapNestedRefs } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { call } from '@/app/device'
import { useLoad } from '@/app/list'
import { useSession } from '@/app/session'
import { keepComing } from '@/app/signups'

export function useHome() {
  const session = useSession()
  const home = useLoad(async () => {
    const got = await api.get('/home')
    if (got.person) keepComing(got.coming)
    return got
  })
  onShow(() => void home.run())

  /** Offers first: they run out. */
  const coming = computed<Schemas['Signup'][]>(() => {
    const all = home.data.value?.coming ?? []
    return [...all.filter((one) => one.state === 'offered'), ...all.filter((one) => one.state !== 'offered')]
  })
  const next = computed(() => coming.value[0])
  const station = computed(() => home.data.value?.station ?? session.person.value?.unit)
  const name = computed(() => session.person.value?.name ?? '')
  const callStation = () => station.value?.phone && call(station.value.phone)

  /** Asking for help is a call for now: the sheet with the station's phone. */
  const asking = ref(false)

  return reactive({ signedIn: session.signedIn, starting: session.starting, isStaff: session.isStaff, data: home.data, first: home.first, problem: home.problem, loading: home.loading, run: home.run, coming, next, station, name, callStation, asking })
}

export type HomeModel = UnwrapNestedRefs<ReturnType<typeof useHome>>
