// A copy of all that is kept about me, and the end of the account.
import { computed, ref } from 'vue'
import { onUnload } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { dropArchive, fetchMyData, keepArchive, passArchive } from '@/app/files'
import { useSession } from '@/app/session'

type Reason = NonNullable<Schemas['AccountClosing']['reason']>

export const WORD = '注销'
const NAME = 'yimi-my-data.zip'

export const REASONS: { value: Reason; word: string }[] = [
  { value: 'not_needed', word: '不用了' },
  { value: 'moved_away', word: '搬走了' },
  { value: 'privacy', word: '担心隐私' },
  { value: 'hard_to_use', word: '不好用' },
  { value: 'other', word: '别的' },
]

export function useMyData() {
  const { person, signedIn, starting, goodbye } = useSession()
  const kept = ref('') // where the phone has the archive
  const fetched = ref(false)
  const take = useAct(async () => {
    kept.value = keepArchive(await fetchMyData(), NAME)
    fetched.value = true
  })
  const pass = () => passArchive(kept.value, NAME)
  onUnload(() => dropArchive(kept.value))

  const asking = ref(false)
  const word = ref('')
  const reason = ref<Reason | ''>('')
  const ready = computed(() => word.value.trim() === WORD)
  const closed = ref(false)
  const close = useAct((_key, body: Schemas['AccountClosing']) => api.post('/me/close', { body }))

  function ask() {
    word.value = ''
    reason.value = ''
    asking.value = true
  }

  async function end() {
    if (!ready.value) return
    await close.run({ word: WORD, ...(reason.value && { reason: reason.value }) })
    asking.value = false
    if (close.problem.value) return
    dropArchive(kept.value)
    closed.value = true
    goodbye()
  }

  const problem = computed(() => take.problem.value ?? close.problem.value)
  function dismiss() {
    take.dismiss()
    close.dismiss()
  }
  return { person, signedIn, starting, take, fetched, kept, pass, asking, ask, word, reason, ready, close, end, closed, problem, dismiss }
}
