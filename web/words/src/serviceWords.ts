// What a service says of itself in a list and before one asks for it.
import type { Schemas } from '@yimi/client'
import type { TagWords } from './labels'
import { GROUPS, SERVICE_ICONS, WAYS } from './requestWords'

type Service = Schemas['ServiceType']

/** 3 个工作日, 4 小时, 30 分钟: a promise in a word. Its clock rests while the station is closed, but for what is very urgent. */
export function within(minutes: number, urgency: Schemas['Urgency'] = 'normal'): string {
  if (minutes % 1440 === 0) return `${minutes / 1440} ${urgency === 'urgent' ? '天' : '个工作日'}`
  return minutes >= 60 ? `${Math.ceil(minutes / 60)} 小时` : `${minutes} 分钟`
}

/** How soon somebody answers: the promise for that urgency, else for what is not urgent, else the first. */
export function promised(service: Pick<Service, 'promises'>, urgency: Schemas['Urgency'] = 'normal'): string {
  const by = (which: Schemas['Urgency']) => service.promises.find((one) => one.urgency === which)
  const promise = by(urgency) ?? by('normal') ?? service.promises[0]
  return promise ? `${within(promise.minutes, promise.urgency)}内回复` : ''
}

/** 可约时段, 上门, 3 个工作日内回复. */
export function serviceTag(service: Service): TagWords {
  if (service.mode === 'booking') return { text: '可约时段', tone: 'ok' }
  if (service.ways.length === 1 && service.ways[0] === 'home') return { text: '上门', tone: 'info' }
  return { text: promised(service), tone: undefined }
}

/** The classes of the square that a drawing stands on. */
export function iconLook(icon: Schemas['ServiceIcon']): { icon: string; tone: string } {
  const { icon: name, tone } = SERVICE_ICONS[icon]
  return { icon: `i-${name}`, tone: tone === 'green' ? '' : tone }
}

/** 60 岁以上老人、残障人士: whom it is for. */
export function forGroups(groups: Schemas['TargetGroup'][]): string {
  return groups.includes('everyone') ? '谁都可以' : groups.map((one) => GROUPS[one]).join('、')
}

/** 到站、电话 */
export function waysSaid(ways: Schemas['ServiceWay'][]): string {
  return ways.map((one) => WAYS[one].text).join('、')
}
