// The notice and my consents: what holds, what I decided and when; given or withdrawn at once.
import { computed, ref } from 'vue'
import { onShow } from '@dcloudio/uni-app'
import type { Schemas } from '@yimi/client'
import { useAct } from '@/app/act'
import { api } from '@/app/api'
import { useLoad } from '@/app/list'
import { open } from '@/app/nav'
import { decide, useAsked, type ConsentKind } from '@/app/privacy'
import { refusalOf } from '@/app/refusal'
import { useSession } from '@/app/session'

export type { ConsentKind }
export type Consent = Schemas['ConsentWords'] & { holds: boolean; given?: boolean; decidedAt?: string; by?: Schemas['ConsentBy'] }

/** The words of each separate consent, and how it stands. */
export function stood(words: Schemas['Privacy'] | null, of: Schemas['MyConsents'] | null): Consent[] {
  return (words?.consents ?? []).map((one) => ({ ...one, ...standingOf(of, one.kind) }))
}

/** How one consent stands; `given` tells a yes to other words from a no. */
export function standingOf(of: Schemas['MyConsents'] | null, kind: ConsentKind) {
  const now = of?.items.find((one) => one.kind === kind)
  return { holds: now?.holds ?? false, given: of?.log.find((one) => one.kind === kind)?.given, decidedAt: now?.decided_at, by: now?.by }
}

export function usePrivacy() {
  const { signedIn, starting, start, reload } = useSession()
  const { words, problem: wordsProblem, load } = useAsked()
  const loaded = useLoad(() => api.get('/me/consents'))
  const mine = loaded.data

  async function run() {
    await Promise.all([load(), start()])
    if (signedIn.value) await loaded.run()
  }
  onShow(() => void run())

  const standing = (kind: ConsentKind) => mine.value?.items.find((one) => one.kind === kind)
  const notice = computed(() => standing('privacy'))
  const consents = computed(() => stood(words.value, mine.value))

  const changing = ref<ConsentKind | ''>('')
  const change = useAct((_key, kind: ConsentKind, given: boolean) => decide(kind, given))
  async function turn(kind: ConsentKind, given: boolean) {
    if (change.busy.value) return
    changing.value = kind
    const now = await change.run(kind, given)
    changing.value = ''
    if (!now) return
    mine.value = now
    uni.showToast({ title: given ? '已同意' : '已撤回', icon: 'none' })
    await reload().catch(() => undefined)
  }

  const refusal = computed(() => change.problem.value && refusalOf(change.problem.value))
  function onRefusal(act: string) {
    change.dismiss()
    if (act === 'guardian') open('/pkg-me/guardian')
    if (act !== 'reload') return
    words.value = null
    void run()
  }

  return {
    signedIn,
    starting,
    words,
    wordsProblem,
    first: loaded.first,
    problem: loaded.problem,
    run,
    mine,
    notice,
    consents,
    changing,
    turn,
    refusal,
    onRefusal,
  }
}
