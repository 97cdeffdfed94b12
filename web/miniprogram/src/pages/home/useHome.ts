// The home page: everything in one request, read anew each time the page comes up.
import { computed, reactive, type UnwrapNestedRefs } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { useSession } from '@/app/session'
import { keepComing } from '@/app/signups'
import { comingThings, nextThing } from './coming'

export function useHome() {
  const session = useSession()
  const home = useLoad(async () => {
    const got = await api.get('/home')
    if (got.person) keepComing(got.coming)
    return got
  })
  onShow(() => void home.run())

  const requests = computed(() => home.data.value?.requests ?? [])
  const coming = computed(() => comingThings(home.data.value?.coming ?? [], requests.value))
  const next = computed(() => nextThing(home.data.value?.coming ?? [], requests.value))
  const station = computed(() => home.data.value?.station ?? session.person.value?.unit)
  const name = computed(() => session.person.value?.name ?? '')
  return reactive({
    signedIn: session.signedIn,
    starting: session.starting,
    isStaff: session.isStaff,
    isWorker: computed(() => session.has('social_worker')),
    data: home.data,
    first: home.first,
    problem: home.problem,
    loading: home.loading,
    run: home.run,
    coming,
    next,
    requests,
    station,
    name,
  })
}

export type HomeModel = UnwrapNestedRefs<ReturnType<typeof useHome>>
