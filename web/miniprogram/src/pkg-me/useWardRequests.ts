// What a child has asked for and is under way, for the guardian, who may cancel it.
import { ref } from 'vue'
import { onLoad } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { idOf } from '@/app/nav'
import { useSession } from '@/app/session'

export function useWardRequests() {
  let id = 0
  const { signedIn, starting, start } = useSession()
  const loaded = useLoad(() => api.get('/me/wards/{id}/requests', { path: { id } }).then(({ items }) => items))
  async function run() {
    await start()
    if (signedIn.value) await loaded.run()
  }
  onLoad((query) => {
    id = idOf(query?.id)
    void run()
  })

  const leaving = ref<Schemas['WardRequest'] | null>(null)
  const cancel = useAct((key, request: number) =>
    api.post('/me/wards/{id}/requests/{request_id}/cancel', { path: { id, request_id: request }, body: {}, key }),
  )
  async function callOff() {
    if (!leaving.value) return
    await cancel.run(leaving.value.id)
    leaving.value = null
    if (cancel.problem.value) return
    uni.showToast({ title: '已取消', icon: 'none' })
    await loaded.run()
  }

  return {
    signedIn,
    starting,
    requests: loaded.data,
    first: loaded.first,
    problem: loaded.problem,
    loading: loaded.loading,
    run,
    leaving,
    callOff,
    busy: cancel.busy,
    refused: cancel.problem,
    dismiss: cancel.dismiss,
  }
}
