// Those I ask for: add, change, take out. What I said of myself is one of them, and stands first.
import { computed, ref, shallowRef } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { refusalOf } from '@/app/refusal'
import { useSession } from '@/app/session'
import type { Beneficiary } from '@/pages/beneficiary'

export function useFamily() {
  const { person, signedIn, starting, start } = useSession()
  const list = useLoad(() => api.get('/me/beneficiaries'))
  const self = computed(() => list.data.value?.items.find((one) => one.relation === 'self'))
  const family = computed(() => list.data.value?.items.filter((one) => one.relation !== 'self') ?? [])
  async function run() {
    await start()
    if (signedIn.value) await list.run()
  }
  onShow(() => void run())

  // ---- add, change ----
  const editing = shallowRef<Partial<Beneficiary> | null>(null)
  const add = () => (editing.value = {})
  const change = (who: Beneficiary) => (editing.value = who)
  const changeSelf = () =>
    (editing.value = self.value ?? {
      relation: 'self',
      name: person.value?.name,
      sex: person.value?.sex,
      birth_date: person.value?.birth_date,
    })
  function saved() {
    editing.value = null
    uni.showToast({ title: '已保存', icon: 'none' })
    void list.run()
  }

  // ---- take out ----
  const removing = ref<Beneficiary | null>(null)
  const remove = useAct((_key, id: number) => api.delete('/me/beneficiaries/{id}', { path: { id } }).then(() => true))
  async function takeOut() {
    if (!removing.value) return
    const gone = await remove.run(removing.value.id)
    removing.value = null
    if (gone) uni.showToast({ title: '已删除', icon: 'none' })
    await list.run()
  }
  const refusal = computed(() => remove.problem.value && refusalOf(remove.problem.value))
  const onRefusal = () => remove.dismiss()

  return {
    person,
    signedIn,
    starting,
    list,
    self,
    family,
    run,
    editing,
    add,
    change,
    changeSelf,
    saved,
    removing,
    removingBusy: remove.busy,
    takeOut,
    refusal,
    onRefusal,
  }
}
