// Elder mode 大字版: one tap, remembered.
import { ref } from 'vue'

const KEY = 'yimi.elder'
const elder = ref(false)

/** Takes up what was chosen last time. */
export function restoreElder() {
  elder.value = uni.getStorageSync(KEY) === 'on'
}

function toggle() {
  elder.value = !elder.value
  uni.setStorageSync(KEY, elder.value ? 'on' : '')
}

export function useElder() {
  return { elder, toggle }
}
