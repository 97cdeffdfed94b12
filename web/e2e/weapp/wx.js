// A stand-in for `wx`: enough of it to run the program against a real server. window.__weapp is the test's side:
//   calls           what the pages asked of wx: [name, argument]
//   login           the code wx.login gives; ?login=demo-NAME in the address sets it
//   scan            what wx.scanCode reads next; null is a person who cancels
//   confirm         what is answered to wx.showModal
//   location        what wx.getLocation gives; null is a person who refuses
//   place           what wx.chooseLocation gives; words are those of its failure: cancel, auth deny …
//   update()        a new version has been fetched
//   setNetwork(on)  the network goes and comes
//   tell(event)     onReachBottom, onPullDownRefresh … of the page on top
//   open(url)       reLaunch
// In the address: ?scene=1154 is how the program was opened, ?letters=24 the size that WeChat is set to.
// What the program's app.json does not declare is refused as WeChat does (declared.js).
import { undeclared } from './declared.js'

const said = new URLSearchParams(location.search)
const scene = Number(said.get('scene') ?? 1001)
const STORE = 'weapp:'
/** Opened from 朋友圈: no login. */
const SINGLE_PAGE = 1154

// Taken note of and answered with success, without doing anything.
const NODDED = `hideLoading hideTabBar hideToast makePhoneCall openLocation pageScrollTo requestSubscribeMessage requirePrivacyAuthorize
  setClipboardData setKeepScreenOn setNavigationBarColor setNavigationBarTitle setScreenBrightness setTabBarBadge removeTabBarBadge
  showLoading showShareMenu showTabBar showToast startPullDownRefresh stopPullDownRefresh vibrateLong vibrateShort`.split(/\s+/)

export function makeWx({ program, router }) {
  const listeners = { network: [], update: [] }
  const test = (window.__weapp = {
    calls: [],
    login: said.get('login') ?? 'demo-visitor',
    scan: null,
    confirm: true,
    location: null,
    place: 'cancel',
    online: true,
    update: () => listeners.update.forEach((tell) => tell()),
    setNetwork(on) {
      test.online = on
      for (const tell of listeners.network) tell({ isConnected: on, networkType: on ? 'wifi' : 'none' })
    },
    tell: router.tell,
    open: router.reLaunch,
    pages: program.pages,
  })
  const note = (name, argument) => test.calls.push([name, argument])
  const answer = (options, result) => {
    const settled = result ?? {}
    queueMicrotask(() => {
      if (settled.errMsg?.includes(':fail')) options?.fail?.(settled)
      else options?.success?.(settled)
      options?.complete?.(settled)
    })
  }
  const refused = (name) => {
    const errMsg = undeclared(program.app, name)
    return errMsg ? { errMsg } : undefined
  }
  const go =
    (name, act) =>
    (options = {}) => {
      note(name, options.url ?? options.delta)
      act(options)
      answer(options, { errMsg: `${name}:ok` })
    }

  const wx = {
    canIUse: () => true,
    nextTick: (run) => Promise.resolve().then(run),
    env: { USER_DATA_PATH: '' },

    navigateTo: go('navigateTo', ({ url }) => router.navigateTo(url)),
    redirectTo: go('redirectTo', ({ url }) => router.redirectTo(url)),
    reLaunch: go('reLaunch', ({ url }) => router.reLaunch(url)),
    switchTab: go('switchTab', ({ url }) => router.reLaunch(url)),
    navigateBack: go('navigateBack', ({ delta }) => router.navigateBack(delta)),

    getStorageSync: (key) => JSON.parse(localStorage.getItem(STORE + key) ?? '""'),
    setStorageSync: (key, value) => localStorage.setItem(STORE + key, JSON.stringify(value)),
    removeStorageSync: (key) => localStorage.removeItem(STORE + key),

    request: (options) => request(options, test, note),
    login(options) {
      note('login')
      answer(options, scene === SINGLE_PAGE ? { errMsg: 'login:fail' } : { code: test.login, errMsg: 'login:ok' })
    },
    scanCode(options) {
      note('scanCode', options.scanType)
      answer(
        options,
        test.scan === null ? { errMsg: 'scanCode:fail cancel' } : { result: test.scan, scanType: 'QR_CODE', errMsg: 'scanCode:ok' },
      )
    },
    getLocation(options) {
      note('getLocation', options.type)
      answer(
        options,
        refused('getLocation') ??
          (test.location ? { ...test.location, errMsg: 'getLocation:ok' } : { errMsg: 'getLocation:fail auth deny' }),
      )
    },
    chooseLocation(options) {
      note('chooseLocation')
      answer(
        options,
        refused('chooseLocation') ??
          (typeof test.place === 'string'
            ? { errMsg: `chooseLocation:fail ${test.place}` }
            : { ...test.place, errMsg: 'chooseLocation:ok' }),
      )
    },
    showModal(options) {
      note('showModal', options.title)
      answer(options, { confirm: test.confirm, cancel: !test.confirm, errMsg: 'showModal:ok' })
    },
    showActionSheet(options) {
      note('showActionSheet', options.itemList)
      answer(options, { tapIndex: 0, errMsg: 'showActionSheet:ok' })
    },
    getNetworkType: (options) => answer(options, { networkType: test.online ? 'wifi' : 'none' }),
    onNetworkStatusChange: (tell) => listeners.network.push(tell),
    offNetworkStatusChange: (tell) => (listeners.network = listeners.network.filter((other) => other !== tell)),
    getUpdateManager: () => ({
      onCheckForUpdate() {},
      onUpdateFailed() {},
      onUpdateReady: (tell) => listeners.update.push(tell),
      applyUpdate: () => note('applyUpdate'),
    }),
    getScreenBrightness: (options) => answer(options, { value: 0.5 }),
    getSetting: (options) => answer(options, { authSetting: {} }),

    ...deviceFacts(program),
    createSelectorQuery,
    createIntersectionObserver: () => ({ relativeTo: returnThis, relativeToViewport: returnThis, observe() {}, disconnect() {} }),
  }
  for (const name of NODDED)
    wx[name] = (options = {}) => (
      note(name, options.title ?? options.phoneNumber ?? options.tmplIds),
      answer(options, { errMsg: `${name}:ok` })
    )
  // Listeners that nothing here ever tells.
  return new Proxy(wx, { get: (target, name) => target[name] ?? (/^(on|off)[A-Z]/.test(String(name)) ? () => {} : undefined) })
}

function returnThis() {
  return this
}

/** wx.request through fetch, to the server that served this page. It knows no PATCH, as the real one does not. */
function request(options, test, note) {
  const { url, method = 'GET', header, data } = options
  note('request', `${method} ${url}`)
  const stop = new AbortController()
  const settle = async () => {
    if (!['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'].includes(method)) throw new Error(`wx.request knows no ${method}`)
    if (!test.online) throw new Error('no network')
    const body = data !== undefined && method !== 'GET' ? JSON.stringify(data) : undefined
    const got = await fetch(url.replace(/^https?:\/\/[^/]+/, ''), { method, headers: header, body, signal: stop.signal })
    const text = await got.text()
    return { statusCode: got.status, data: parsed(text), header: Object.fromEntries(got.headers), errMsg: 'request:ok' }
  }
  settle()
    .then(
      (result) => options.success?.(result),
      (error) => options.fail?.({ errMsg: `request:fail ${error.message}` }),
    )
    .finally(() => options.complete?.({}))
  return { abort: () => stop.abort() }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function deviceFacts(program) {
  const launch = () => ({ path: program.pages[0], query: {}, scene })
  const app = {
    SDKVersion: '3.8.0',
    language: 'zh_CN',
    theme: 'light',
    version: '8.0.50',
    fontSizeSetting: Number(said.get('letters') ?? 17),
    host: { env: 'WeChat', appId: 'touristappid' },
  }
  const device = { platform: 'devtools', system: 'iOS 17', brand: 'stand-in', model: 'stand-in' }
  const windowInfo = () => ({
    windowWidth: innerWidth,
    windowHeight: innerHeight,
    screenWidth: innerWidth,
    screenHeight: innerHeight,
    pixelRatio: 2,
    statusBarHeight: 20,
    safeArea: { top: 0, left: 0, right: innerWidth, bottom: innerHeight, width: innerWidth, height: innerHeight },
    safeAreaInsets: { top: 0, bottom: 0, left: 0, right: 0 },
  })
  return {
    getSystemInfoSync: () => ({ ...app, ...device, ...windowInfo() }),
    getWindowInfo: windowInfo,
    getDeviceInfo: () => device,
    getAppBaseInfo: () => app,
    getSystemSetting: () => ({}),
    getAppAuthorizeSetting: () => ({}),
    getMenuButtonBoundingClientRect: () => ({ top: 24, bottom: 56, left: innerWidth - 95, right: innerWidth - 8, width: 87, height: 32 }),
    getLaunchOptionsSync: launch,
    getEnterOptionsSync: launch,
    getAccountInfoSync: () => ({ miniProgram: { appId: 'touristappid', envVersion: 'develop' } }),
  }
}

/** wx.createSelectorQuery over the document. */
function createSelectorQuery() {
  const asked = []
  const rect = (element) => {
    if (!element) return null
    const { left, top, right, bottom, width, height } = element.getBoundingClientRect()
    return { left, top, right, bottom, width, height, dataset: {} }
  }
  const node = (measure) => {
    const ask = (tell) => (asked.push({ measure, tell }), query)
    return {
      boundingClientRect: ask,
      fields: (_, tell) => ask(tell),
      scrollOffset: ask,
      node: (tell) => (asked.push({ measure: () => null, tell }), query),
    }
  }
  const query = {
    in: () => query,
    select: (selector) => node(() => rect(document.querySelector(selector))),
    selectAll: (selector) => node(() => [...document.querySelectorAll(selector)].map(rect)),
    selectViewport: () => node(() => ({ scrollTop: scrollY, scrollLeft: scrollX, width: innerWidth, height: innerHeight })),
    exec(done) {
      setTimeout(() => {
        const results = asked.map(({ measure, tell }) => {
          const result = measure()
          tell?.(result)
          return result
        })
        done?.(results)
      })
    },
  }
  return query
}
