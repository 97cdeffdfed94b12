import { readFileSync } from 'node:fs'
import { PAGES_JSON } from './paths.mjs'

/** Every page of pages.json, as /path. */
export function allPages() {
  const { pages, subPackages = [] } = JSON.parse(readFileSync(PAGES_JSON, 'utf8'))
  return [...pages.map((page) => `/${page.path}`), ...subPackages.flatMap((pack) => pack.pages.map((page) => `/${pack.root}/${page.path}`))]
}
