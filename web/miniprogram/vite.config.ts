import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'
import uniModule from '@dcloudio/vite-plugin-uni'
import { access } from './vite.access'
import { noOutsideServers } from './vite.outside'
import { weappTarget } from './vite.target'

// The plugin is CommonJS: under "type": "module" its function is at .default.
const uni = (uniModule as unknown as { default?: typeof uniModule }).default ?? uniModule
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The gallery of parts (npm run gallery) is another source folder behind the same index.html. */
function sourceFolder(): Plugin {
  const folder = basename(process.env.UNI_INPUT_DIR ?? 'src')
  return {
    name: 'yimi:source-folder',
    transformIndexHtml: { order: 'pre', handler: (html) => html.replace('/src/main.ts', `/${folder}/main.ts`) },
  }
}

export default defineConfig({
  plugins: [
    sourceFolder(),
    uni({ vueOptions: { template: { compilerOptions: { nodeTransforms: [access] } } } }),
    noOutsideServers(),
    weappTarget(),
  ],
  define: { YIMI_VERSION: JSON.stringify(readFileSync(here('../../internal/version/VERSION'), 'utf8').trim()) },
  resolve: { alias: { '@yimi/client': here('../client/src/client.ts'), '@yimi/words': here('../words/src') } },
  server: { port: 5173, proxy: { '/api': process.env.YIMI_API ?? 'http://127.0.0.1:8080' } },
})
