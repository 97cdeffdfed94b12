// Elder mode 大字版: one tap, remembered. Whom WeChat shows large letters gets it at the first start.
import { ref } from 'vue'
import { keep, kept } from './storage'

const KEY = 'yimi.elder'
const onH5 = process.env.UNI_PLATFORM === 'h5'
/** WeChat's 关怀模式, and the step before it; 16 or 17 px is the standard. */
const LARGE_PX = 22
const elder = ref(false)

/** Takes up what was chosen last time, at the first start what WeChat's letters say; on H5 `?elder=1` or `?elder=0` chooses. */
export function restoreElder() {
  const asked = onH5 ? /[?&]elder=([01])/.exec(location.search)?.[1] : undefined
  const before = kept<'on' | 'off'>(KEY)
  if (asked) set(asked === '1')
  else set(before ? before === 'on' : largeLetters())
}

/** The types of uni leave the size out, and older WeChat knows none. */
function largeLetters(): boolean {
  if (onH5) return false
  const { fontSizeSetting = 0 } = uni.getAppBaseInfo() as { fontSizeSetting?: number }
  return fontSizeSetting >= LARGE_PX
}

function toggle() {
  set(!elder.value)
}

function set(on: boolean) {
  elder.value = on
  if (onH5) document.documentElement.classList.toggle('elder-h5', on) // for what uni-app draws beside the pages
  keep(KEY, on ? 'on' : 'off')
}

export function useElder() {
  return { elder, toggle }
}
