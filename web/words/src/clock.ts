// Times of a day as they are picked: 09:05.

/** Minutes since midnight. */
export const minutesOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))

/** 09:05 */
export const clockOf = (minutes: number) =>
  `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** The same time, or the next on five minutes; 23:58 stays within its day. */
export const onFive = (clock: string) => clockOf(Math.min(23 * 60 + 55, Math.ceil(minutesOf(clock) / 5) * 5))
