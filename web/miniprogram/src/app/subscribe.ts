// Subscribe messages: WeChat asks the person itself, only at a tap, and one 允许 is one message.
import { newKey, type Schemas } from '@yimi/client'
import { api } from './api'
import { useSettings } from './settings'

type Template = Schemas['MessageTemplate']
const inWeChat = process.env.UNI_PLATFORM === 'mp-weixin'

/** What may be asked at the taps where it makes sense; three at most, as WeChat allows. */
export const TELL = {
  signUp: ['shift_reminder', 'activity_changed', 'hours_credited'],
  /** Where staff approve, whether they did is the first news. */
  apply: ['signup_confirmed', 'shift_reminder', 'activity_changed'],
  waitlist: ['signup_offered', 'activity_changed', 'hours_credited'],
  ask: ['request_result', 'request_assigned', 'booking_reminder'],
} satisfies Record<string, Schemas['MessageName'][]>

/** The names of what was accepted, out of WeChat's answer by template id. */
export function acceptedOf(answer: Record<string, unknown>, templates: Template[]): Schemas['MessageName'][] {
  return templates.filter((one) => answer[one.id] === 'accept').map((one) => one.name)
}

/**
 * Lets WeChat ask whether the person wants these messages. To be called first thing in the tap: WeChat refuses it
 * later. It comes back when the person has answered, whatever the answer; a no keeps nobody from anything, since all
 * news is in the app too.
 */
export async function askToTell(names: Schemas['MessageName'][]): Promise<void> {
  const templates = (useSettings().settings.value?.message_templates ?? []).filter((one) => names.includes(one.name))
  if (!inWeChat || !templates.length) return
  const answer = await new Promise<Record<string, unknown>>((resolve) => {
    uni.requestSubscribeMessage({
      tmplIds: templates.map((one) => one.id),
      success: (got) => resolve(got as never),
      fail: () => resolve({}),
    })
  })
  const accepted = acceptedOf(answer, templates)
  if (accepted.length) void api.post('/me/subscriptions', { body: { accepted }, key: newKey() }).catch(() => undefined)
}
