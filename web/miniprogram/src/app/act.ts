// One deed of a person: busy while it runs, a refusal when it fails, and never done twice.
import { ref, shallowRef } from 'vue'
import { Problem, newKey } from '@yimi/client'

/**
 * Wraps a POST. The key given to `send` stays the same while it is unsure whether the server did it (no network, 5xx,
 * 429) and the person tries again with the same arguments; anything else is a new deed with a new key.
 * `run` gives nothing back when it failed, or when a run is still under way; `problem` then says why.
 */
export function useAct<A extends unknown[], R>(send: (key: string, ...args: A) => Promise<R>) {
  const busy = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let unsure: { key: string; args: string } | null = null

  async function run(...given: A): Promise<R | undefined> {
    if (busy.value) return undefined
    const args = JSON.stringify(given)
    const key = unsure?.args === args ? unsure.key : newKey()
    busy.value = true
    problem.value = null
    try {
      const done = await send(key, ...given)
      unsure = null
      return done
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      unsure = error.unsure ? { key, args } : null
      problem.value = error
      return undefined
    } finally {
      busy.value = false
    }
  }

  /** Puts the refusal away. */
  const dismiss = () => (problem.value = null)

  return { busy, problem, run, dismiss }
}
