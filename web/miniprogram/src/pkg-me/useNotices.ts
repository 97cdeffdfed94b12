// My notices: what is shown is read, a page after the other, and nothing that is not.
import { ref, watch } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { Problem, newKey } from '@yimi/client'
import { api } from '@/app/api'
import { usePageList } from '@/app/list'
import { useSession } from '@/app/session'

type Notice = Schemas['Notice']
const MOST = 100 // of one call

export function useNotices() {
  const { reload } = useSession()
  const list = usePageList<Notice>((cursor) => api.get('/me/notices', { query: { cursor } }))
  onShow(() => void list.refresh())

  /** The mark stays for this visit, so that one sees what was new. */
  const fresh = ref<number[]>([])
  const told = new Set<number>()
  let telling: Promise<void> = Promise.resolve()

  watch(list.items, (now) => {
    const unread = now.filter((one) => !one.read).map((one) => one.id)
    fresh.value = [...new Set([...fresh.value, ...unread])]
    telling = telling.then(() => tell(unread))
  })

  /** One call after the other, so that a page that comes while an answer is late is told of too. */
  async function tell(shown: number[]) {
    const ids = shown.filter((id) => !told.has(id)).slice(0, MOST)
    if (!ids.length) return
    try {
      await api.post('/me/notices/read', { body: { ids }, key: newKey() })
      for (const id of ids) told.add(id)
      await reload()
    } catch (error) {
      if (!(error instanceof Problem)) throw error // told of with the next page, or at the next visit
    }
  }

  return { list, fresh, settled: () => telling }
}
