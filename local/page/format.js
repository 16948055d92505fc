/** How numbers, times and values read. */

/** A narrow space that does not break. */
const NARROW = '\u202f'
const counting = new Intl.NumberFormat('en-GB')

/** @param {number} value */
export const count = (value) => counting.format(value)

/** @param {number} number @param {string} one @param {string} [many] */
export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`

/**
 * In thousands, as networks count.
 * @param {number} number negative: not known
 */
export function bytes(number) {
  if (number < 0) return 'unknown'
  if (number < 1000) return `${number}${NARROW}B`
  const power = number < 999_500 ? 1 : number < 999_500_000 ? 2 : 3
  const value = number / 1000 ** power
  return `${value.toFixed(value < 99.95 ? 1 : 0)}${NARROW}${['', 'kB', 'MB', 'GB'][power]}`
}

/** @param {number} share 0 to 1 */
export function percent(share) {
  const value = share * 100
  const digits = value > 0 && value < 100 && (value < 1 || value > 99) ? 1 : 0
  return `${value.toFixed(digits)}${NARROW}%`
}

/**
 * What was saved, or what it cost: `−93 %`, `+4 %`.
 * @param {number} after bytes
 * @param {number} before bytes
 */
export function saving(after, before) {
  const share = 1 - after / before
  return share < 0 ? `+${percent(-share)}` : `−${percent(share)}`
}

/** @param {number} milliseconds workerd tells no parts of one */
export function duration(milliseconds) {
  if (milliseconds < 0.05) return `< 1${NARROW}ms`
  if (milliseconds >= 9950) return `${(milliseconds / 1000).toFixed(1)}${NARROW}s`
  const digits = milliseconds < 9.95 && milliseconds % 1 !== 0 ? 1 : 0
  return `${milliseconds.toFixed(digits)}${NARROW}ms`
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const calendar = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'medium' })

/** @param {number} time milliseconds since 1970 */
export const timeOfDay = (time) => clock.format(time)
/** @param {number} time milliseconds since 1970 */
export const date = (time) => calendar.format(time)

const FORMATS = new Map([
  ['image/webp', 'WebP'],
  ['image/avif', 'AVIF'],
  ['image/jpeg', 'JPEG'],
  ['image/png', 'PNG'],
  ['image/gif', 'GIF'],
  ['image/tiff', 'TIFF'],
  ['image/svg+xml', 'SVG'],
  ['application/json', 'JSON'],
  ['text/html', 'HTML'],
  ['text/plain', 'text'],
])

/**
 * A content type in a word, as far as it has one.
 * @param {string} contentType
 */
export function format(contentType) {
  const [type = ''] = contentType.split(';')
  const name = type.trim().toLowerCase()
  return FORMATS.get(name) ?? name
}

/** A long value, such as a body, is cut: its length says more than its bytes. */
const SHOWN_CHARACTERS = 240

/**
 * Text as it is where all of it can be seen, everything else as JSON.
 * @param {unknown} value
 */
export function shown(value) {
  const isPlain = typeof value === 'string' && /^[!-~](?:[ -~]*[!-~])?$/.test(value)
  const text = isPlain ? value : (JSON.stringify(value) ?? 'undefined')
  return text.length <= SHOWN_CHARACTERS
    ? text
    : `${text.slice(0, SHOWN_CHARACTERS - 40)}… (${count(text.length)} characters)`
}
