// What people type, as it is compared and sent: internal/fault/phone.go has the same rules and the same table of examples.

/** Wide letters, digits and signs as plain ones, without the marks that show nothing. */
export const plain = (text: string) =>
  text
    .replace(/[！-～]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, ' ')
    // eslint-disable-next-line no-misleading-character-class -- variation selectors are meant one by one
    .replace(/[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/g, '')

/** As a search compares it. */
export const folded = (text: string) => plain(text).toLowerCase()

const MOBILE = /^1[3-9]\d{9}$/
const LANDLINE = /^(010|02\d|0[3-9]\d{2})-?([2-8]\d{6,7})(-\d{1,6})?$/
const OTHER = /^([48]00\d{7}|[2-8]\d{6,7}|1[12]\d|1[12]\d{3}|9[56]\d{3,4}|\+[1-9]\d{6,14})$/

/** A number that can be dialled, in the way it is kept; '' for anything else. */
export function phoneOf(typed: string): string {
  const signs = plain(typed)
    .trim()
    .replace(/[\s()[\]【】.·]/g, '')
    .replace(/[‐‑‒–—―−﹣ー-]+/g, '-')
  if (!/^\+?[\d-]+$/.test(signs)) return ''
  const number = national(signs.replace(/^-|-$/g, ''))
  const digits = number.replace(/-/g, '')
  if (MOBILE.test(digits) || OTHER.test(digits)) return digits
  const parts = LANDLINE.exec(number)
  return parts ? `${parts[1]}-${parts[2]}${parts[3] ?? ''}` : ''
}

function national(number: string): string {
  const bare = number.replace(/-/g, '')
  if (bare.startsWith('86') && MOBILE.test(bare.slice(2))) return bare.slice(2)
  const abroad = bare.startsWith('00') ? `+${bare.slice(2)}` : number
  if (!abroad.startsWith('+86')) return abroad
  const home = abroad.slice(3).replace(/^-+/, '')
  return !MOBILE.test(home.replace(/-/g, '')) && LANDLINE.test(`0${home}`) ? `0${home}` : home
}

/** What a form says of a phone that cannot be dialled. */
export const BAD_PHONE = '号码不对，请填一个手机号，或带区号的座机'
export const isPhone = (typed: string) => phoneOf(typed) !== ''
