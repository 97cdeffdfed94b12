// The limits that screens print. They hardly change: asked once a launch.
import { shallowRef } from 'vue'
import { Problem, type Schemas } from '@yimi/client'
import { openApi } from './api'

const settings = shallowRef<Schemas['Settings'] | null>(null)
let asking: Promise<void> | null = null

async function ask() {
  try {
    settings.value = await openApi.get('/settings')
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    asking = null // asked again by the next page
  }
}

/** `settings` is null until they are known; a page then leaves its sentence out. */
export function useSettings() {
  asking ??= ask()
  return { settings }
}
