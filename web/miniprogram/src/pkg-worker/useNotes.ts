// The confidential notes of a case: locked until they are asked for, since each opening is kept.
import { computed, reactive, ref } from 'vue'
import { onHide, onLoad } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { idOf } from '@/app/nav'
import { refusalOf } from '@/app/refusal'
import { useSession } from '@/app/session'
import { asSomebody } from './asWorker'
import { keepDraft, keptDraft } from './drafts'

export function useNotes() {
  const { person } = useSession()
  const id = ref(0)
  const loaded = useLoad(() => api.get('/requests/{id}', { path: { id: id.value } }))
  const of = loaded.data
  async function run() {
    if (!id.value) return
    restore() // before there is a field: what came into it later could meet what is being typed
    await loaded.run()
    if (!kept.value) draft.visitId ||= visits.value[0]?.id ?? 0
  }
  onLoad((query) => {
    id.value = idOf(query?.id)
    void asSomebody(run)
  })

  // ---- reading ----
  const opening = useLoad(() => api.get('/requests/{id}/case-notes', { path: { id: id.value } }))
  const written = ref<Schemas['CaseNote'][]>([]) // here; the list may have been read before or after
  const notes = computed(() => {
    const read = opening.data.value?.items
    return read ? [...read, ...written.value.filter((mine) => !read.some((one) => one.id === mine.id))] : null
  })
  const problem = opening.problem
  onHide(() => (opening.data.value = null)) // locked again when the phone is put away
  /** Not the worker and not the supervisor: said plainly, not as an error. */
  const stranger = computed(
    () =>
      of.value?.may_read_notes === false ||
      denied(problem.value?.status) ||
      denied(adding.problem.value?.status) ||
      denied(loaded.problem.value?.status),
  )

  // ---- writing ----
  const draft = reactive({ text: '', visitId: 0 })
  const kept = ref(false)
  const visits = computed(() => [...(of.value?.visits ?? [])].reverse())
  function restore() {
    const found = person.value && keptDraft(person.value.id, id.value)
    kept.value = !!found
    Object.assign(draft, found ?? { text: '' })
  }
  function typed(text: string) {
    draft.text = text
    keep()
  }
  function about(visitId: number) {
    draft.visitId = visitId
    keep()
  }
  const keep = () => person.value && keepDraft(person.value.id, id.value, draft)

  const adding = useAct((key, body: Schemas['CaseNoteInput']) =>
    api.post('/requests/{id}/case-notes', { path: { id: id.value }, body, key }),
  )
  async function add() {
    const made = await adding.run({ text: draft.text.trim(), ...(draft.visitId ? { visit_id: draft.visitId } : {}) })
    if (!made) return
    draft.text = ''
    kept.value = false
    keep()
    written.value.push(made)
    uni.showToast({ title: '已保存，不能再改', icon: 'none' })
  }
  const refusal = computed(() => adding.problem.value && !denied(adding.problem.value.status) && refusalOf(adding.problem.value))
  function chose(choice: string) {
    adding.dismiss()
    if (choice === 'retry') void add()
    if (choice === 'reload') void run()
  }

  return {
    ...{ id, of, loaded, run, notes, opening: opening.loading, openProblem: problem, unlock: opening.run, stranger },
    ...{ draft, kept, visits, typed, about, add, adding: adding.busy, refusal, chose },
  }
}

const denied = (status?: number) => status === 403 || status === 404
