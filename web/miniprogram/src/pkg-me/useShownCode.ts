// Eight digits that this phone shows for ten minutes, to be typed on another one.
import { computed, ref } from 'vue'
import { onUnload } from '@dcloudio/uni-app'
import { useAct } from '@/app/act'

interface Code {
  code: string
  expires_at: string
}

/** `shown` is the code there was last, `left` the seconds it still works. */
export function useShownCode(make: () => Promise<Code>) {
  const issue = useAct(make)
  const shown = ref<Code | null>(null)
  const now = ref(Date.now())
  const tick = setInterval(() => (now.value = Date.now()), 1000)
  onUnload(() => clearInterval(tick))
  const left = computed(() => (shown.value ? Math.max(0, Math.floor((Date.parse(shown.value.expires_at) - now.value) / 1000)) : 0))

  async function show() {
    const made = await issue.run()
    if (!made) return
    now.value = Date.now()
    shown.value = made
  }

  return { issue, shown, left, show }
}
