// Finding a request again, whatever it waits for: by name or number, state and service.
import { computed, ref, watch } from 'vue'
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { requestTag } from '@yimi/words/requestWords'
import { findBy } from './findBy'

type State = Schemas['RequestState']
/** As they follow each other; a draft is its writer's alone. */
const STATES: State[] = [
  'submitted',
  'returned',
  'approved',
  'assigned',
  'scheduled',
  'in_service',
  'completed',
  'closed',
  'referred',
  'rejected',
  'cancelled',
]
const PAUSE = 400

/** `look` is called when something else is looked for. */
export function useFindRequest(look: () => void) {
  const on = ref(false)
  const words = ref('')
  const state = ref<State | ''>('')
  const service = ref<{ id: number; name: string } | null>(null)
  const picking = ref<'state' | 'service' | ''>('')

  const services = useLoad(() => api.get('/service-types', { query: { managed: true } }))
  const states = STATES.map((one, n) => ({ id: n + 1, name: requestTag(one).text }))
  const by = computed(() => findBy(words.value))
  const query = computed(() => ({
    name: by.value.name,
    number: by.value.number,
    state: state.value || undefined,
    service_type_id: service.value?.id,
  }))

  let waits: ReturnType<typeof setTimeout> | undefined
  watch([by, state, service], () => {
    clearTimeout(waits)
    waits = setTimeout(() => on.value && !by.value.wrong && look(), PAUSE) // while somebody types
  })
  function pick(which: 'state' | 'service') {
    picking.value = which
    if (which === 'service' && !services.data.value) void services.run()
  }
  function setState(one: { id: number } | null) {
    state.value = one ? STATES[one.id - 1] : ''
    picking.value = ''
  }
  function setService(one: { id: number; name: string } | null) {
    service.value = one
    picking.value = ''
  }
  function begin() {
    if (on.value) return
    on.value = true
    look()
  }
  function end() {
    on.value = false
    words.value = ''
    state.value = ''
    service.value = null
    look()
  }

  return {
    ...{ on, words, state, service, by, query, picking, pick, setState, setService, begin, end, states },
    ...{ services: computed(() => services.data.value?.items ?? null), servicesProblem: services.problem, loadServices: services.run },
    stateChosen: computed(() => (state.value ? STATES.indexOf(state.value) + 1 : 0)),
    stateWord: computed(() => (state.value ? requestTag(state.value).text : '')),
  }
}
