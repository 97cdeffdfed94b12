import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MINIPROGRAM } from './paths.mjs'

/** Every page that was built, as /path: of the mini-program, and so of H5, which is built from the same list. */
export function allPages() {
  const { pages, subPackages = [] } = JSON.parse(readFileSync(join(MINIPROGRAM, 'app.json'), 'utf8'))
  return [...pages, ...subPackages.flatMap((pack) => pack.pages.map((page) => `${pack.root.replace(/\/$/, '')}/${page}`))].map(
    (page) => `/${page}`,
  )
}
