import { fileURLToPath } from 'node:url'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))

export const ROOT = at('../../..')
export const DIST = at('../../../internal/web/dist')
export const MINIPROGRAM = at('../../miniprogram/dist/build/mp-weixin')
export const PAGES_JSON = at('../../miniprogram/src/pages.json')
export const YIMI = process.env.YIMI_BIN ?? at('../../../bin/yimi')
