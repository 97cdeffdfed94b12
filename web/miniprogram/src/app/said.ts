// A time span as the chosen mode says it: 11月29日 周六 09:00–11:30, or in elder mode 11月29日 周六 上午 9:00 到 11:30.
import { day, spokenSpan, span, type When } from './format'
import { useElder } from './elder'

export function useSaid() {
  const { elder } = useElder()
  const spanSaid = (from: When, to: When) => (elder.value ? spokenSpan(from, to) : span(from, to))
  const whenSaid = (from: When, to: When) => `${day(from)} ${spanSaid(from, to)}`
  return { elder, spanSaid, whenSaid }
}
