// My requests: those under way and those that are over.
import { ref } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { api } from '@/app/api'
import { usePageList } from '@/app/list'
import { useSession } from '@/app/session'

export function useRequests() {
  const { signedIn, starting, start } = useSession()
  const tab = ref<'open' | 'over'>('open')
  const list = usePageList<Schemas['Request']>((cursor) => api.get('/me/requests', { query: { open: tab.value === 'open', cursor } }))
  onShow(async () => {
    await start()
    if (signedIn.value) await list.refresh()
  })

  function show(which: 'open' | 'over') {
    if (tab.value === which) return
    tab.value = which
    list.items.value = []
    void list.refresh()
  }
  return { signedIn, starting, tab, show, list }
}
