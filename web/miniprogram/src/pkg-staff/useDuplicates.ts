// Accounts that may be one person's: compare, keep one, or say that they are two.
import { ref } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { usePageList } from '@/app/list'
import { asStaff } from '@/staff/asStaff'

export type Duplicate = Schemas['Duplicate']
type Settling = { of: Duplicate; keep: Schemas['Account'] | null }

export function useDuplicates() {
  const list = usePageList<Duplicate>((cursor) => api.get('/people/duplicates', { query: { cursor } }))
  onShow(() => void asStaff(list.refresh))
  /** What is being settled; `keep` null: they are two people. */
  const asking = ref<Settling | null>(null)
  const settle = useAct((key, id: number, body: Schemas['DuplicateSettlement']) =>
    api.post('/people/duplicates/{id}/settle', { path: { id }, body, key }),
  )

  async function send(reason: string) {
    const it = asking.value
    if (!it) return
    await settle.run(it.of.id, it.keep ? { outcome: 'merge', keep_id: it.keep.person_id, reason } : { outcome: 'different', reason })
    const problem = settle.problem.value
    if (problem?.fields.length) return
    asking.value = null
    if (problem) return
    uni.showToast({ title: it.keep ? '已合成一个' : '已记下是两个人', icon: 'none' })
    void list.refresh()
  }
  function dismiss() {
    settle.dismiss()
    void list.refresh()
  }

  return { list, asking, settle, send, dismiss }
}
