// Going from page to page.
const TABS = ['/pages/home/index', '/pages/activities/index', '/pages/services/index', '/pages/mine/index']

/** Opens a page, whether it is a tab or not; the path starts with a slash. */
export function open(url: string) {
  if (TABS.includes(url.split('?')[0])) uni.switchTab({ url })
  else uni.navigateTo({ url })
}

/** A page's query; what a mini-program code carries as its scene ("id=12") stands among it. */
export function queryOf(query?: Record<string, string | undefined>): Record<string, string | undefined> {
  const scene = decodeURIComponent(query?.scene ?? '')
  return {
    ...Object.fromEntries(
      scene
        .split('&')
        .filter((pair) => pair.includes('='))
        .map((pair) => pair.split('=')),
    ),
    ...query,
  }
}

/** An id of a page's query; 0 where none, or no id, stands: nothing has that one. */
export const idOf = (said?: string): number => (/^[1-9]\d{0,15}$/.test(said ?? '') ? Number(said) : 0)

/** To the first field with a fault, once the page shows it. */
export function toFault() {
  setTimeout(() => uni.pageScrollTo({ selector: '.ff-bad', duration: 200, fail: () => {} }), 50)
}

/** The page that is shown, from the start: as its address says, for whoever is there now. */
export function reopen() {
  const page = getCurrentPages().at(-1) as { route?: string; $page?: { fullPath: string } } | undefined
  const url = page?.$page?.fullPath ?? `/${page?.route}`
  if (TABS.includes(url.split('?')[0])) uni.reLaunch({ url })
  else uni.redirectTo({ url })
}

/** Back one page; home when the page was opened by itself, say from a message. */
export function back() {
  if (getCurrentPages().length > 1) uni.navigateBack({})
  else uni.switchTab({ url: TABS[0] })
}
