// Loading: a list by pages, or one thing. Late answers to an older question are dropped.
import { computed, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { onPullDownRefresh, onReachBottom } from '@dcloudio/uni-app'
import { Problem } from '@yimi/client'

export interface Slice<T> {
  items: T[]
  next_cursor?: string
}

/**
 * A list by keyset pages. `load` is asked for the page after the cursor ('' is the first). What was shown stays while a
 * refresh is under way or has failed; `problem` says so beside it.
 */
export function useList<T>(load: (cursor: string) => Promise<Slice<T>>) {
  const items = shallowRef<T[]>([]) as ShallowRef<T[]>
  const loading = ref(false)
  const loaded = ref(false)
  const problem = shallowRef<Problem | null>(null)
  const cursor = ref('')
  let asked = 0

  async function fetchPage(from: string) {
    const mine = ++asked
    loading.value = true
    problem.value = null
    try {
      const page = await load(from)
      if (mine !== asked) return
      items.value = from ? [...items.value, ...page.items] : page.items
      cursor.value = page.next_cursor ?? ''
      loaded.value = true
    } catch (error) {
      if (mine === asked) problem.value = asProblem(error)
    } finally {
      if (mine === asked) loading.value = false
    }
  }

  const hasMore = computed(() => cursor.value !== '')

  return {
    items,
    loading,
    problem,
    hasMore,
    /** Nothing there, and that is known. */
    empty: computed(() => loaded.value && !loading.value && items.value.length === 0),
    /** Nothing to show yet: a skeleton stands in. */
    first: computed(() => !loaded.value && problem.value === null),
    /** From the top. */
    refresh: () => fetchPage(''),
    /** The next page, if there is one and none is coming. */
    more: async () => {
      if (hasMore.value && !loading.value) await fetchPage(cursor.value)
    },
    /** What failed, again: the same page. */
    retry: () => fetchPage(loaded.value ? cursor.value : ''),
  }
}

/** useList for the list a page is about: pull down refreshes, the bottom loads more. Call in setup. */
export function usePageList<T>(load: (cursor: string) => Promise<Slice<T>>) {
  const list = useList(load)
  onPullDownRefresh(async () => {
    await list.refresh()
    uni.stopPullDownRefresh()
  })
  onReachBottom(() => void list.more())
  return list
}

/** One thing. What was loaded stays while it is loaded again. */
export function useLoad<T>(load: () => Promise<T>) {
  const data = shallowRef<T | null>(null) as Ref<T | null>
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let asked = 0

  async function run() {
    const mine = ++asked
    loading.value = true
    problem.value = null
    try {
      const got = await load()
      if (mine === asked) data.value = got
    } catch (error) {
      if (mine === asked) problem.value = asProblem(error)
    } finally {
      if (mine === asked) loading.value = false
    }
  }

  return { data, loading, problem, first: computed(() => data.value === null && problem.value === null), run }
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  throw error
}
