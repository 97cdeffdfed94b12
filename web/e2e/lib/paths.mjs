import { fileURLToPath } from 'node:url'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))

export const MINIPROGRAM = at('../../miniprogram/dist/build/mp-weixin')
export const YIMI = process.env.E2E_YIMI ?? at('../../../bin/yimi')
