/** How the places of a shift stand, as a share of the bar and in words. */
export function placesOf(taken: number, capacity: number, waitlisted = 0) {
  const left = Math.max(0, capacity - taken)
  const full = left === 0
  const percent = capacity > 0 ? Math.min(100, Math.round((taken / capacity) * 1000) / 10) : 100
  return { left, full, percent, words: full ? (waitlisted > 0 ? `已满 · 候补 ${waitlisted} 人` : '已满') : `还剩 ${left} 个名额` }
}
