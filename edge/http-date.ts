const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MONTH = MONTHS.join('|')
const CLOCK = '(\\d\\d):(\\d\\d):(\\d\\d)'

const IMF_FIXDATE = new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\\d\\d) (${MONTH}) (\\d{4}) ${CLOCK} GMT$`)
const RFC_850 = new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\\d\\d)-(${MONTH})-(\\d\\d) ${CLOCK} GMT$`)
const ASCTIME = new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (${MONTH}) ([ \\d]\\d) ${CLOCK} (\\d{4})$`)

const END_OF_2019 = Date.UTC(2020, 0, 1) - 1
const FIFTY_YEARS = Date.UTC(2020, 0, 1)

/**
 * A date in one of HTTP's three formats: RFC 9110, 5.6.7. A year of two digits is at most fifty years from now.
 *
 * @param now milliseconds since 1970; left out, no clock is read, and years of two digits are 1970 to 2069
 * @returns milliseconds since 1970; null for anything else
 */
export function httpDate(text: string, now = END_OF_2019): number | null {
  const fixed = IMF_FIXDATE.exec(text)
  if (fixed) return timeOf(fixed[3], fixed[2], fixed[1], fixed.slice(4))
  const old = RFC_850.exec(text)
  if (old) {
    const isFar = (timeOf(`20${old[3]}`, old[2], '01', old.slice(4)) ?? 0) > now + FIFTY_YEARS
    return timeOf(`${isFar ? 19 : 20}${old[3]}`, old[2], old[1], old.slice(4))
  }
  const asctime = ASCTIME.exec(text)
  return asctime ? timeOf(asctime[6], asctime[1], asctime[2], asctime.slice(3, 6)) : null
}

function timeOf(
  year: string | undefined,
  month = '',
  day: string | undefined,
  clock: readonly string[],
): number | null {
  const [hours, minutes, seconds] = clock.map(Number) as [number, number, number]
  if (hours > 23 || minutes > 59 || seconds > 60) return null
  const time = Date.UTC(Number(year), MONTHS.indexOf(month), Number(day), hours, minutes, seconds)
  return new Date(time - seconds * 1000).getUTCDate() === Number(day) ? time : null
}
