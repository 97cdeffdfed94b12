import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import uniModule from '@dcloudio/vite-plugin-uni'
import { noOutsideShadow, wotLocalIcons } from './vite.outside'

// The plugin is CommonJS: under "type": "module" its function is at .default.
const uni = (uniModule as unknown as { default?: typeof uniModule }).default ?? uniModule
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  plugins: [uni(), wotLocalIcons(), noOutsideShadow()],
  resolve: { alias: { '@yimi/client': here('../client/src/client.ts') } },
  server: { port: 5173, proxy: { '/api': 'http://127.0.0.1:8080' } },
})
