import { Problem, type Schemas } from '@yimi/client'
import { api } from '@/app/api'

/** My hours; a worker whose hours were never set may have no profile yet, and is shown the rest without it. */
export function myProvider(): Promise<Schemas['Provider'] | null> {
  return api.get('/me/provider').catch((error: unknown) => {
    if (error instanceof Problem && (error.status === 404 || error.status === 403)) return null
    throw error
  })
}
