// Whether the phone says it has a network.
import { ref } from 'vue'

const online = ref(true)
let watching = false

function watch() {
  if (watching) return
  watching = true
  uni.getNetworkType({ success: ({ networkType }) => (online.value = networkType !== 'none') })
  uni.onNetworkStatusChange(({ isConnected }) => (online.value = isConnected))
}

export function useNetwork() {
  watch()
  return { online }
}
