// A new version of the mini-program: WeChat fetches it while the old one runs. It is offered where nothing is being
// written, when a tab comes up, and begins at once when the person wants it; else WeChat begins it at the next start.
import { computed, ref } from 'vue'
import { useAsked } from './privacy'
import { useSignInAsked } from './signIn'

let begin: (() => void) | null = null
let fetched: (() => void) | null = null
let awaited = false
const offered = ref(false)
const { asked } = useAsked()
const signingIn = useSignInAsked()

/** Begins to listen; once, when the program starts. */
export function watchForUpdate() {
  if (process.env.UNI_PLATFORM !== 'mp-weixin') return
  const manager = uni.getUpdateManager()
  manager.onUpdateReady(() => {
    begin = fetched = () => manager.applyUpdate()
    if (awaited) fetched()
  })
}

/** The server no longer serves this version: the new one begins now, or as soon as WeChat has fetched it. */
export function restart() {
  if (process.env.UNI_PLATFORM === 'h5') return location.reload()
  if (fetched) return fetched()
  awaited = true
  uni.showToast({ title: '正在取新版本，取好会自己重新打开', icon: 'none' })
}

/** A tab has come up. */
export function quietMoment() {
  if (begin) offered.value = true
}

function take() {
  offered.value = false
  begin?.()
}

/** Not asked again: the next start has it. */
function later() {
  offered.value = false
  begin = null
}

export function useUpdate() {
  /** What has to be answered first stands alone. */
  return { offered: computed(() => offered.value && asked.value === null && !signingIn.value), take, later }
}
