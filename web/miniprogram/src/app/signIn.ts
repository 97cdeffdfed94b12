// Signing in over the page that needs it: whatever is filled in stays where it is, in the page's memory. The question is
// shown by `pages/SignInSheet.vue`, which every page has; who it is then is the session's to say.
import { ref } from 'vue'

const asking = ref(false)
let underWay: Promise<boolean> | null = null
let settle: (signedIn: boolean) => void = () => {}

/** Asks once for all who need it at the same moment; false when the person would rather not. */
export function askSignIn(): Promise<boolean> {
  asking.value = true
  underWay ??= new Promise<boolean>((resolve) => (settle = resolve)).finally(() => (underWay = null))
  return underWay
}

/** Somebody has signed in, or would rather not. */
export function endSignIn(signedIn: boolean) {
  asking.value = false
  settle(signedIn)
}

export const useSignInAsked = () => asking
