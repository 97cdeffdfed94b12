// Loads the built program into glass-easel. What a test may do stands in window.__weapp (see wx.js and router.js).
import * as easel from './easel.js'
import { MiniProgramEnv } from './adapter.js'
import { makeRouter } from './router.js'
import { makeWx } from './wx.js'

const program = window.__program

// Real WeChat also finds handlers that the framework put on the instance at run time (uni-app's e0, e1 …), and hands
// them a plain object where glass-easel hands on its own event, whose fields are inherited.
const getMethod = easel.Component.getMethod
easel.Component.getMethod = (component, name) => {
  const caller = component.getMethodCaller()
  const handler = getMethod.call(easel.Component, component, name) ?? caller[name]
  if (typeof handler !== 'function') return undefined
  return function (event, ...rest) {
    return handler.call(this, event?.currentTarget ? plainEvent(event) : event, ...rest)
  }
}

function plainEvent(event) {
  const node = (element) => element && { id: element.id ?? '', dataset: element.dataset ?? {} }
  const touches = event.detail?.touches ?? event.touches ?? []
  return {
    type: event.type,
    timeStamp: event.timeStamp,
    detail: event.detail,
    mark: event.mark,
    touches,
    changedTouches: event.changedTouches ?? touches,
    target: node(event.target),
    currentTarget: node(event.currentTarget),
  }
}

const env = new MiniProgramEnv()
const space = env.createCodeSpace('main', true)
const context = new easel.CurrentWindowBackendContext()
const backend = env.associateBackend(context)

function dispatch(target, type, detail, options) {
  const event = new easel.Event(type, detail, options)
  easel.Event.dispatchEvent(target, event)
  return event.defaultPrevented() ? (easel.EventBubbleStatus?.NoDefault ?? 1) : 0
}
// A field's own event says nothing of its value: the one made below does.
context.onEvent((target, type, detail, options) => (type === 'input' || type === 'blur' ? 0 : dispatch(target, type, detail, options)))

// Native fields and pictures: glass-easel leaves both to the app around it.
document.addEventListener(
  'input',
  ({ target }) => target.__wxElement && dispatch(target.__wxElement, 'input', { value: target.value, cursor: target.value.length }, {}),
)
document.addEventListener(
  'focusout',
  ({ target }) => target.__wxElement && 'value' in target && dispatch(target.__wxElement, 'blur', { value: target.value }, {}),
)
new MutationObserver((changes) => {
  for (const { target, addedNodes } of changes) for (const node of [target, ...addedNodes]) paint(node)
}).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ['src'] })

function paint(node) {
  for (const image of node.querySelectorAll ? [node, ...node.querySelectorAll('image')] : []) {
    const source = image.localName === 'image' && (image.getAttribute('src') ?? image.src)
    if (source) image.style.backgroundImage = `url("${source}")`
  }
}

const style = document.createElement('style')
style.textContent = program.css
document.head.append(style)

const router = makeRouter({ space, backend, host: document.getElementById('app') })
const wx = makeWx({ program, router })

let app
Object.assign(window, {
  wx,
  App: (options) => (app = Object.assign(options, { globalData: options.globalData ?? {} })),
  getApp: () => app,
  getCurrentPages: router.current,
})
// The framework wraps Component and Page once, when it loads; so these stay, and ask who is being registered.
let registrar = { Component() {}, Page() {} }
Object.assign(window, {
  Component: (options) => registrar.Component(options),
  Page: (options) => registrar.Page(options),
  Behavior: (options) => options,
})

// ---- CommonJS modules; one that has a config is a component and registers itself in its own environment ----
const loaded = {}

function load(file) {
  if (loaded[file]) return loaded[file].exports
  const source = program.modules[file]
  if (!source) throw new Error(`module not found: ${file}`)
  const module = (loaded[file] = { exports: {} })
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : ''
  const require = (name) => load(resolve(folder, name).replace(/(\.js)?$/, '.js'))
  const run = () => source(require, module, module.exports, wx, window)
  const path = file.slice(0, -3)
  if (!program.configs[path]) run()
  else space.componentEnv(path, (given) => registering(given, run))
  return module.exports
}

function registering(given, run) {
  const before = registrar
  registrar = given
  try {
    run()
  } finally {
    registrar = before
  }
}

function resolve(folder, name) {
  const parts = []
  for (const part of (name.startsWith('/') ? name : `${folder}/${name}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

for (const [path, content] of Object.entries(program.templates)) space.addCompiledTemplate(path, { groupList: program.templates, content })
for (const [path, config] of Object.entries(program.configs)) {
  const folder = path.slice(0, path.lastIndexOf('/'))
  const wanted = { ...program.app.usingComponents, ...config.usingComponents }
  const usingComponents = Object.fromEntries(Object.entries(wanted).map(([tag, file]) => [tag, `/${resolve(folder, file)}`]))
  space.addComponentStaticConfig(path, { ...config, usingComponents, styleIsolation: 'shared' })
}

const first = new URLSearchParams(location.search).get('open') ?? `/${program.pages[0]}`
load('app.js')
app?.onLaunch?.({ ...wx.getLaunchOptionsSync(), path: first.slice(1) })
app?.onShow?.({ ...wx.getLaunchOptionsSync(), path: first.slice(1) })
for (const path of Object.keys(program.configs)) if (program.modules[`${path}.js`]) load(`${path}.js`)
router.reLaunch(first)
window.__weapp.started = true
