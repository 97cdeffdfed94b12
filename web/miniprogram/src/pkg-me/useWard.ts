// What a guardian agrees to for a child under 14: each consent, given and withdrawn at once.
import { computed, ref } from 'vue'
import { onLoad } from '@dcloudio/uni-app'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { idOf } from '@/app/nav'
import { useAsked } from '@/app/privacy'
import { refusalOf } from '@/app/refusal'
import { useSession } from '@/app/session'
import { standingOf, stood, type Consent, type ConsentKind } from './usePrivacy'

export function useWard() {
  let id = 0
  const { signedIn, starting, start } = useSession()
  const { words, problem: wordsProblem, load } = useAsked()
  const loaded = useLoad(async () => {
    const [{ items }, consents] = await Promise.all([api.get('/me/wards'), api.get('/me/wards/{id}/consents', { path: { id } })])
    return { name: items.find((one) => one.person_id === id)?.name || '孩子', consents }
  })
  async function run() {
    await Promise.all([load(), start()])
    if (signedIn.value) await loaded.run()
  }
  onLoad((query) => {
    id = idOf(query?.id)
    void run()
  })

  const standing = computed(() => loaded.data.value?.consents ?? null)
  const consents = computed<Consent[]>(() => {
    if (!words.value || !standing.value) return []
    const notice: Consent = {
      kind: 'privacy',
      version: words.value.version,
      title: '隐私说明',
      text: '报名、签到、申请服务会用到孩子的信息，全文在“我的 → 设置 → 隐私与授权”。',
      without: '不同意的话，孩子只能看活动和服务，不能报名。',
      ...standingOf(standing.value, 'privacy'),
    }
    return [notice, ...stood(words.value, standing.value)]
  })

  const changing = ref<ConsentKind | ''>('')
  const change = useAct((key, kind: ConsentKind, version: string, given: boolean) =>
    api.post('/me/wards/{id}/consents', { path: { id }, body: { kind, version, given }, key }),
  )
  async function turn(kind: ConsentKind, given: boolean) {
    const version = consents.value.find((one) => one.kind === kind)?.version
    if (change.busy.value || !version || !loaded.data.value) return
    changing.value = kind
    const now = await change.run(kind, version, given)
    changing.value = ''
    if (!now) return
    loaded.data.value = { ...loaded.data.value, consents: now }
    uni.showToast({ title: given ? '已同意' : '已撤回', icon: 'none' })
  }

  const refusal = computed(() => change.problem.value && refusalOf(change.problem.value))
  function onRefusal(act: string) {
    change.dismiss()
    if (act !== 'reload') return
    words.value = null
    void run()
  }

  return {
    signedIn,
    starting,
    words,
    wordsProblem,
    ward: loaded.data,
    first: loaded.first,
    problem: loaded.problem,
    run,
    consents,
    changing,
    turn,
    refusal,
    onRefusal,
  }
}
