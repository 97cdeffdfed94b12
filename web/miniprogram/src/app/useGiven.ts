import { computed, ref } from 'vue'
import { minutesOf, wrongGiven, type Given } from '@yimi/words/givenTime'

/**
 * A time within a shift, and minutes that follow from it: lowered for a break they stay lower by it when the time changes.
 * `least` is the fewest minutes that make sense.
 */
export function useGiven(least: number) {
  const shift = ref<Given>({ from: 0, to: 0 })
  const given = ref<Given>({ from: 0, to: 0 })
  const off = ref(0) // minutes of a break
  const most = computed(() => minutesOf(given.value))
  const minutes = computed({
    get: () => Math.max(least, most.value - off.value),
    set: (n) => (off.value = Math.max(0, most.value - n)),
  })
  const wrong = computed(() => wrongGiven(given.value, shift.value))

  function start(within: Given, known: Given, count = minutesOf(known)) {
    shift.value = within
    given.value = known
    off.value = Math.max(0, minutesOf(known) - count)
  }

  return { shift, given, minutes, most, wrong, start }
}
