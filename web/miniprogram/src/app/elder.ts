// Elder mode 大字版: one tap, remembered.
import { ref } from 'vue'
import { keep, kept } from './storage'

const KEY = 'yimi.elder'
const onH5 = process.env.UNI_PLATFORM === 'h5'
const elder = ref(false)

/** Takes up what was chosen last time; on H5 `?elder=1` or `?elder=0` chooses. */
export function restoreElder() {
  const asked = onH5 ? /[?&]elder=([01])/.exec(location.search)?.[1] : undefined
  set(asked ? asked === '1' : kept(KEY) === 'on')
}

function toggle() {
  set(!elder.value)
}

function set(on: boolean) {
  elder.value = on
  if (onH5) document.documentElement.classList.toggle('elder-h5', on) // for what uni-app draws beside the pages
  keep(KEY, on ? 'on' : '')
}

export function useElder() {
  return { elder, toggle }
}
