/** Numbers for people. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Three digits: `1.23 MB`. */
export function bytesText(bytes: number): string {
  let unit = 0
  for (let rest = bytes; rest >= 999.5 && unit < UNITS.length - 1; rest /= 1000) unit++
  const value = bytes / 1000 ** unit
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}
