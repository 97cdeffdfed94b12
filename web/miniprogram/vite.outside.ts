// uni-h5 asks other people's servers for files. This plugin keeps everything at home.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

const UNI_SERVERS = /https:\/\/(?:cdn\.dcloud\.net\.cn\/img\/shadow-\w+\.png|ha[cs]1\.dcloud\.net\.cn\/\w+)/g

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
