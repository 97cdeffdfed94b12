// Which campaigns take activities, and on which days. One that is over is there to be read, not to be chosen.
import type { Schemas } from '@yimi/client'
import { isoDate } from './format'

type Campaign = Pick<Schemas['Campaign'], 'name' | 'starts_on' | 'ends_on'>

/** Not over yet; one that is to come may be prepared for. */
export const open = (of: Campaign, now = Date.now()) => of.ends_on >= isoDate(now)

const spoken = (date: string) => {
  const [year, month, day] = date.split('-').map(Number)
  return `${year}年${month}月${day}日`
}

/** 兰花芬芳的活动在 2026年3月1日–2026年12月31日. */
export const periodSaid = (of: Campaign) => `${of.name}的活动在 ${spoken(of.starts_on)}–${spoken(of.ends_on)}`
