// Many at once: what is ticked, and what became of each.
import { computed, ref, type Ref } from 'vue'
import type { Schemas } from '@yimi/client'
import { wayOut, type Choice } from '@/app/refusal'

/** What is ticked out of what can be. Something that can no longer be ticked falls out by itself. */
export function usePick(can: Ref<number[]>) {
  const ticked = ref<number[]>([])
  const picked = computed(() => can.value.filter((id) => ticked.value.includes(id)))
  const all = computed(() => can.value.length > 0 && picked.value.length === can.value.length)

  function toggle(id: number) {
    if (!can.value.includes(id)) return
    ticked.value = ticked.value.includes(id) ? ticked.value.filter((one) => one !== id) : [...ticked.value, id]
  }

  function toggleMany(ids: number[]) {
    const some = ids.filter((id) => can.value.includes(id))
    const on = some.every((id) => ticked.value.includes(id))
    ticked.value = on ? ticked.value.filter((id) => !some.includes(id)) : [...new Set([...ticked.value, ...some])]
  }

  return {
    picked,
    all,
    toggle,
    toggleMany,
    toggleAll: () => toggleMany(can.value),
    clear: () => (ticked.value = []),
    has: (id: number) => picked.value.includes(id),
  }
}

export interface Report {
  /** Who waits for somebody else's yes, by whose; `done` is then without them. */
  waits?: { who: Schemas['WaitsFor']; names: string[] }[]
  done: number
  failed: { id: number; name: string; why: string }[]
  /** The page that helps out of what was refused, if there is one. */
  way?: Choice
}

/** Of whom it was done, and of whom not and why. */
export function reportOf(result: Schemas['BatchResult'], nameOf: (id: number) => string): Report {
  const failed = result.items.filter((item) => !item.done)
  return {
    done: result.items.length - failed.length,
    failed: failed.map((item) => ({ id: item.id, name: nameOf(item.id), why: whyNot(item) })),
    way: failed.map(({ code }) => wayOut(code)).find(Boolean),
  }
}

/** Of whom it became a proposal, and who decides on it. */
export function waitsOf(result: Schemas['BatchResult'], nameOf: (id: number) => string): NonNullable<Report['waits']> {
  const who = [...new Set(result.items.flatMap(({ waits_for }) => waits_for ?? []))]
  return who.map((one) => ({ who: one, names: result.items.filter((item) => item.waits_for === one).map((item) => nameOf(item.id)) }))
}

function whyNot({ code, detail }: Schemas['BatchItem']): string {
  if (code === 'shift_full') return '这一班满了，没有通过。可以先增加名额，或请他换一班'
  if (code === 'slot_taken') return '这个时间已被约走，没有办成。点开可以改时间'
  return detail || '没有办成，请刷新后再看'
}
