// Months as bars.
import { chartHours } from '@yimi/words/format'

export interface MonthOf {
  /** 2025-11 */
  month: string
  minutes: number
}

/** The bars: the highest fills `height` px; a month with anything at all shows at least 4 px. */
export function monthBars(months: MonthOf[], height: number) {
  const most = Math.max(1, ...months.map((m) => m.minutes))
  return months.map(({ month, minutes }) => ({
    month,
    name: `${Number(month.slice(5, 7))}月`,
    label: chartHours(minutes),
    height: minutes > 0 ? Math.max(4, Math.round((minutes / most) * height)) : 2,
  }))
}
