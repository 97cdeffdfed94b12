import type { Schemas } from '@yimi/client'

/** The drawing of a campaign. */
export function artPicture(art: Schemas['Art']): string {
  return `/static/art/campaign-${art}.svg`
}
