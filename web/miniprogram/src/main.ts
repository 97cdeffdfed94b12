import { createSSRApp } from 'vue'
import App from './App.vue'
// #ifdef H5
import NotLoaded from './pages/NotLoaded.vue'
// #endif

export function createApp() {
  const app = createSSRApp(App)
  // #ifdef H5
  app.component('AsyncError', NotLoaded) // in place of uni-app's, which has no way back
  // #endif
  return { app }
}
