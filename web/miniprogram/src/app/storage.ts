// What the phone keeps between launches. The only place that asks the phone, since a phone may refuse: its storage is
// full, or a browser's private window has none. Nothing that was done may fail for that: what is refused is kept until
// the page is closed, and `refused` lets every page say so.
import { computed, ref } from 'vue'

const untilClosed = new Map<string, unknown>()
const refused = ref(false)
const told = ref(false)

/** What was kept under the key, or nothing. */
export function kept<T>(key: string): T | null {
  if (untilClosed.has(key)) return copyOf(untilClosed.get(key)) as T | null
  try {
    return (uni.getStorageSync(key) as T) || null
  } catch {
    return null
  }
}

/** Keeps a plain value; false when the phone keeps it only until the page is closed. */
export function keep(key: string, value: unknown): boolean {
  try {
    uni.setStorageSync(key, value)
    untilClosed.delete(key)
    refused.value = untilClosed.size > 0
    return true
  } catch {
    untilClosed.set(key, copyOf(value))
    refused.value = true
    return false
  }
}

/** Keeps nothing under the key any more. */
export function drop(key: string) {
  untilClosed.delete(key)
  try {
    uni.removeStorageSync(key)
  } catch {
    untilClosed.set(key, null) // what the phone will not let go of is not read again
  }
  refused.value = untilClosed.size > 0
}

const copyOf = (value: unknown): unknown => (value === undefined ? null : JSON.parse(JSON.stringify(value)))

/** Whether the phone refuses to keep something now, until the person was told so. */
export const useRefusedStorage = () => computed(() => refused.value && !told.value)
export const tellRefusedStorage = () => (told.value = true)
