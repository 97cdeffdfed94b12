// Makes a built mini-program (dist/build/mp-weixin) run in a browser: WeChat's own open-source glass-easel compiles its
// templates, and runtime.js stands in for the app around it. `node weapp/build.mjs BUILT OUT`, or buildWeapp().
import { TmplGroup } from 'glass-easel-template-compiler'
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = dirname(fileURLToPath(import.meta.url))
const MODULES = join(HERE, '..', 'node_modules')
const EASEL = 'glass-easel/dist/glass_easel.all.es.js'
const ADAPTER = 'glass-easel-miniprogram-adapter/dist/glass_easel_miniprogram_adapter.es.js'

/** Bundles the built program into a folder to be served. Gives its page paths and the compiler's warnings. */
export function buildWeapp(built, out) {
  const files = readdirSync(built, { recursive: true }).filter((name) => statSync(join(built, name)).isFile())
  const read = (name) => readFileSync(join(built, name), 'utf8')
  const ending = (end) => files.filter((name) => name.endsWith(end))
  const app = JSON.parse(read('app.json'))
  const pages = pagesOf(app)
  const { code, warnings } = compileTemplates(ending('.wxml'), ending('.wxs'), read)
  const configs = Object.fromEntries(
    ending('.json')
      .filter(isComponentConfig)
      .map((name) => [name.slice(0, -5), JSON.parse(read(name))]),
  )
  const missing = [...pages, ...componentsOf(configs, app)].filter(
    (path) => !['.js', '.wxml'].every((end) => existsSync(join(built, path + end))),
  )
  if (missing.length) throw new Error(`without js or wxml: ${missing.join(', ')}`)
  const modules = ending('.js').map((name) => `${JSON.stringify(name)}(require,module,exports,wx,global){${read(name)}\n}`)
  mkdirSync(out, { recursive: true })
  writeFileSync(
    join(out, 'program.js'),
    [
      `window.__program = ${JSON.stringify({ app, pages, configs, css: styleSheet(ending('.wxss'), read) })};`,
      `__program.templates = (function () { return ${code} })();`,
      `__program.modules = {${modules.join(',\n')}};`,
    ].join('\n'),
  )
  copyRuntime(out)
  if (existsSync(join(built, 'static'))) cpSync(join(built, 'static'), join(out, 'static'), { recursive: true })
  return { pages, warnings }
}

function pagesOf(app) {
  const packs = app.subPackages ?? app.subpackages ?? []
  return [...app.pages, ...packs.flatMap(({ root, pages }) => pages.map((page) => posix.join(root, page)))]
}

/** What pages and components say they use. A file that was built under another name would only be missed on the phone. */
function componentsOf(configs, app) {
  const used = Object.entries({ '': app, ...configs }).flatMap(([path, { usingComponents = {} }]) =>
    Object.values(usingComponents).map((file) => posix.join(file.startsWith('/') ? '' : posix.dirname(path), file).replace(/^\//, '')),
  )
  return new Set(used)
}

const isComponentConfig = (name) => name !== 'app.json' && !name.startsWith('project') && !name.startsWith('static/')

function compileTemplates(templates, scripts, read) {
  const group = new TmplGroup()
  const warnings = []
  for (const name of scripts) group.addScript(name.replace(/\.wxs$/, ''), read(name))
  for (const name of templates) {
    // glass-easel wants bind:tap where WeChat also takes bindtap
    const text = read(name).replace(/(\s)(capture-)?(bind|catch)([a-z])/g, '$1$2$3:$4')
    for (const warning of group.addTmpl(name.replace(/\.wxml$/, ''), text) ?? []) warnings.push(`${name}: ${warning.message ?? warning}`)
  }
  return { code: group.getTmplGenObjectGroups(), warnings }
}

/** All styles in one sheet, the app's first. That is looser than WeChat, which keeps a component's to itself. */
function styleSheet(names, read) {
  const ordered = [...names].sort((a, b) => Number(b === 'app.wxss') - Number(a === 'app.wxss'))
  return ordered
    .map((name) =>
      read(name)
        .replace(/@import\s+["'][^"']+["'];?/g, '')
        .replace(/(-?[\d.]+)rpx/g, 'calc($1 * 100vw / 750)')
        .replace(/(^|[\s,}])page(?=[\s,{.])/g, '$1body'),
    )
    .join('\n')
}

function copyRuntime(out) {
  copyFileSync(join(MODULES, EASEL), join(out, 'easel.js'))
  writeFileSync(
    join(out, 'adapter.js'),
    readFileSync(join(MODULES, ADAPTER), 'utf8').replace(/from\s*["']glass-easel["']/g, 'from "./easel.js"'),
  )
  for (const name of ['index.html', 'runtime.js', 'wx.js', 'declared.js', 'router.js']) copyFileSync(join(HERE, name), join(out, name))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { pages, warnings } = buildWeapp(process.argv[2], process.argv[3])
  console.log(`${pages.length} pages, ${warnings.length} warnings`)
  for (const warning of warnings) console.log(warning)
}
