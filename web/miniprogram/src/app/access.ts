// H5 for keyboards and screen readers, as far as templates cannot say it (they do what `vite.access.ts` adds to them):
// keys press what is no real button, the fields that uni-app draws get their names, and a sheet keeps the focus.
import { getCurrentInstance, nextTick, onUnmounted, watch } from 'vue'

const onH5 = process.env.UNI_PLATFORM === 'h5'

/** What uni-app draws of itself and gives no role. */
const THEIRS = {
  '.uni-tabbar__item': 'link',
  '.uni-picker-action': 'button',
  '.uni-picker-select .uni-picker-item': 'button',
  'uni-picker-view-column': 'group',
  '.uni-modal__btn': 'button',
}
const OPENS_MS = 100
const WHEEL_STEP = 20 // more than the 10 that a wheel of uni-app's turns for
const STOPS = '[tabindex="0"], input:not([disabled]):not([tabindex="-1"]), textarea:not([disabled])'

/** Begins to listen and to name; once, when the program starts. */
export function openToAll() {
  if (!onH5) return
  document.addEventListener('keydown', onKey)
  new MutationObserver(nameAll).observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['aria-label'],
  })
  nameAll()
}

const all = (what: string, within: ParentNode = document) => Array.from(within.querySelectorAll<HTMLElement>(what))
const seen = (one: HTMLElement) => one.getClientRects().length > 0

function onKey(event: KeyboardEvent) {
  const at = event.target as HTMLElement
  if (event.isComposing) return
  if (event.key === 'Escape') escape(event)
  else if (event.key === 'Tab') stay(event)
  else if ((event.key === 'Enter' || event.key === ' ') && at.tabIndex === 0 && at.hasAttribute('role')) {
    event.preventDefault()
    at.click()
    if (at.closest('uni-picker')) intoPicker(at)
    else if (at.closest('.uni-picker-action, .uni-picker-item')) outOfPicker()
  } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') turn(at, event)
}

let picking: HTMLElement | null = null

/** A picker of uni-app's opens beside the page: the focus goes there, and comes back. */
function intoPicker(from: HTMLElement, tries = 20) {
  picking = from
  const first = all('.uni-picker-toggle [tabindex="0"]').find(seen)
  first?.focus()
  if (tries && document.activeElement !== first) setTimeout(() => intoPicker(from, tries - 1), OPENS_MS)
}

function outOfPicker() {
  picking?.focus()
  picking = null
}

/** A wheel of a picker turns as by a mouse. */
function turn(at: HTMLElement, event: KeyboardEvent) {
  const wheel = at.closest('uni-picker-view-column')?.firstElementChild
  if (!wheel) return
  event.preventDefault()
  wheel.dispatchEvent(new WheelEvent('wheel', { deltaY: event.key === 'ArrowDown' ? WHEEL_STEP : -WHEEL_STEP, cancelable: true }))
}

function nameAll() {
  for (const [what, role] of Object.entries(THEIRS)) for (const one of all(`${what}:not([role])`)) makeStop(one, role)
  for (const host of all('uni-input, uni-textarea')) nameField(host)
  for (const picture of all('img:not([alt])')) picture.setAttribute('alt', '') // who says what is on it is `<image>`
}

function makeStop(one: Element, role: string) {
  one.setAttribute('role', role)
  one.setAttribute('tabindex', '0')
  if (role === 'group') one.setAttribute('aria-label', '按上下键选')
}

/** Its own name, or that of the field around it (`FormField`). */
function nameField(host: Element) {
  const name = host.closest('uni-input[aria-label], uni-textarea[aria-label], [role=group][aria-label]')?.getAttribute('aria-label')
  for (const field of all('input, textarea', host))
    if (name && field.getAttribute('aria-label') !== name) field.setAttribute('aria-label', name)
}

interface Held {
  sheet: HTMLElement
  close(): void
}
const held: Held[] = []
const top = () => held.filter(({ sheet }) => seen(sheet)).pop()

/** Keeps the focus within a sheet while it is open, closes it by Escape, and gives the focus back to where it was. */
export function useHeldFocus(isOpen: () => boolean, close: () => void) {
  if (!onH5) return
  const instance = getCurrentInstance()
  let mine: Held | null = null
  let before: HTMLElement | null = null
  const hold = () => {
    const sheet = (instance?.proxy?.$el as HTMLElement | undefined)?.querySelector?.<HTMLElement>('[role=dialog]')
    if (!sheet) return
    before = document.activeElement as HTMLElement | null
    held.push((mine = { sheet, close }))
    sheet.focus({ preventScroll: true })
  }
  const letGo = () => {
    if (!mine) return
    held.splice(held.indexOf(mine), 1)
    mine = null
    if (before?.isConnected) before.focus({ preventScroll: true })
  }
  watch(isOpen, (now) => (now ? void nextTick(hold) : letGo()), { immediate: true })
  onUnmounted(letGo)
}

/** Over the sheet may stand a picker of uni-app's, which closes first. */
function escape(event: KeyboardEvent) {
  const picker = all('.uni-picker-mask').find(seen)
  const sheet = top()
  if (picker) {
    picker.click()
    outOfPicker()
  } else if (sheet) sheet.close()
  else return
  event.preventDefault()
}

function stay(event: KeyboardEvent) {
  const sheet = top()?.sheet
  const at = document.activeElement
  if (!sheet || at?.closest('.uni-picker-container')) return
  const stops = all(STOPS, sheet).filter(seen)
  const [first, last] = [stops[0] ?? sheet, stops[stops.length - 1] ?? sheet]
  const leaves = !sheet.contains(at) || at === (event.shiftKey ? first : last) || (event.shiftKey && at === sheet)
  if (!leaves) return
  event.preventDefault()
  ;(event.shiftKey ? last : first).focus()
}
