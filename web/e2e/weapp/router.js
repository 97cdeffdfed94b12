// The stack of pages, with WeChat's life of a page: onLoad, onShow, onReady, onHide, onUnload.

export function makeRouter({ space, backend, host }) {
  const stack = []
  const top = () => stack[stack.length - 1]

  function push(url) {
    const [path, query = ''] = url.replace(/^\//, '').split('?')
    const element = Object.assign(document.createElement('div'), { className: 'weapp-page' })
    const place = document.createElement('div')
    element.append(place)
    host.append(element)
    const root = backend.createRoot('body', space, path)
    const page = root.get()
    Object.assign(page, { route: path, is: path, options: Object.fromEntries(new URLSearchParams(query)), $page: { fullPath: url } })
    stack.push({ element, root, page })
    root.attach(element, place)
    page.onLoad?.(page.options)
    page.onShow?.()
    page.onReady?.()
    document.title = path
    scrollTo(0, 0)
  }

  function pop() {
    const { element, root, page } = stack.pop()
    page.onUnload?.()
    root.release?.()
    element.remove()
  }

  function hideTop() {
    if (!stack.length) return
    top().page.onHide?.()
    top().element.hidden = true
  }

  function reLaunch(url) {
    while (stack.length) pop()
    push(url)
  }

  return {
    current: () => stack.map(({ page }) => page),
    reLaunch,
    navigateTo(url) {
      hideTop()
      push(url)
    },
    redirectTo(url) {
      if (stack.length) pop()
      push(url)
    },
    navigateBack(delta = 1) {
      const back = Math.min(delta, stack.length - 1)
      for (let n = 0; n < back; n++) pop()
      if (!back) return
      top().element.hidden = false
      top().page.onShow?.()
      document.title = top().page.route
    },
    /** Tells the page on top that something happened to it: onReachBottom, onPullDownRefresh, onShow … */
    tell: (event, ...args) => top()?.page[event]?.(...args),
  }
}
