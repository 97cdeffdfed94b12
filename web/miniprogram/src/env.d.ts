/// <reference types="vite/client" />

declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}

/** The number in internal/version/VERSION when this was built. */
declare const YIMI_VERSION: string

interface ImportMetaEnv {
  /** Where the mini-program finds the server, e.g. https://yimi.example.cn; H5 asks its own origin. */
  readonly VITE_API_ORIGIN?: string
}
