// Two libraries ask other people's servers for files. These plugins keep everything at home.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Plugin } from 'vite'

const require = createRequire(import.meta.url)
const WOT_FONT = 'wot-design-uni/components/wd-icon/wd-icons.ttf'
const WOT_FACE = /@font-face\s*\{[^}]*at\.alicdn\.com[^}]*\}/g
const UNI_SERVERS = /https:\/\/(?:cdn\.dcloud\.net\.cn\/img\/shadow-\w+\.png|ha[cs]1\.dcloud\.net\.cn\/\w+)/g

/** wot-design-uni loads its icon font from outside in the mini-program: inline the packaged file instead. */
export function wotLocalIcons(): Plugin {
  const face = () => {
    const font = readFileSync(require.resolve(WOT_FONT)).toString('base64')
    return `@font-face{font-family:'wd-icons';src:url(data:font/ttf;base64,${font}) format('truetype')}`
  }
  return {
    name: 'yimi:wot-local-icons',
    // A plain plugin runs after vite:css (scss is css by then) and before vite:css-post.
    transform(code, id) {
      if (!/wd-icon\.vue\?.*type=style/.test(id) || !code.includes('at.alicdn.com')) return
      return code.replace(WOT_FACE, face())
    },
  }
}

/** uni-h5 draws a shadow with an outside picture and carries a reporter for advertisements: take both addresses out of what was built. */
export function noOutsideServers(): Plugin {
  return {
    name: 'yimi:no-outside-servers',
    apply: 'build',
    writeBundle({ dir }) {
      if (process.env.UNI_PLATFORM !== 'h5' || !dir) return
      const files = readdirSync(dir, { recursive: true }) as string[]
      for (const file of files.filter((name) => /\.(css|js)$/.test(name))) dropAddresses(join(dir, file))
    },
  }
}

function dropAddresses(path: string) {
  const was = readFileSync(path, 'utf8')
  const now = was.replace(UNI_SERVERS, 'data:,')
  if (now !== was) writeFileSync(path, now)
}
