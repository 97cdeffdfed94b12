import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  define: { YIMI_VERSION: JSON.stringify('1.2.3') },
  resolve: { alias: { '@yimi/client': here('../client/src/client.ts'), '@yimi/words': here('../words/src'), '@': here('src') } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', '../words/src/*.test.ts'],
    setupFiles: ['test/uni.ts'],
    env: { UNI_PLATFORM: 'mp-weixin' },
  },
})
