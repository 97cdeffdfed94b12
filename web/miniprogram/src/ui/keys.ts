/** What the boxes hold after a key: a digit, 'delete' or 'clear'. More than `length` digits are not taken. */
export function typed(value: string, key: string, length = 6): string {
  if (key === 'clear') return ''
  if (key === 'delete') return value.slice(0, -1)
  return /^\d$/.test(key) && value.length < length ? value + key : value
}
