/** Reads the headers and the first bytes of an answer. */
import type { Answer } from './http.ts'

type Headed = Pick<Answer, 'headers'>

export const carriesHeader = ({ headers }: Headed, name: string): boolean =>
  headers.some(([found]) => found.toLowerCase() === name)

/** All lines of a header as one value (RFC 9110, 5.3); empty where there is none. @param name in lower case */
export const header = ({ headers }: Headed, name: string): string =>
  headers
    .filter(([found]) => found.toLowerCase() === name)
    .map(([, value]) => value)
    .join(', ')

/** `Hit` of `Hit from cloudfront`; empty without an `x-cache`. */
export const resultOf = (answer: Headed): string => header(answer, 'x-cache').split(' ', 1)[0] as string

/** Whether it was in the cache; an object that had to be revalidated was. */
export const isHit = (answer: Headed): boolean => ['Hit', 'RefreshHit'].includes(resultOf(answer))

/** Whether it was not in the cache. For an error `x-cache` does not tell, so that an age counts as well. */
export const isNew = (answer: Headed): boolean => !isHit(answer) && ageOf(answer) === undefined

/** Whether the age is the origin's own, so that it tells nothing about CloudFront's cache. */
export const isAgedElsewhere = (answer: Headed): boolean => resultOf(answer) === 'Miss' && ageOf(answer) !== undefined

export const AGED_ELSEWHERE = "has an age though it is a Miss: the origin's own, so that nothing is told by it"

/** Seconds that it has been in the cache; `undefined`: it was not there. */
export function ageOf(answer: Headed): number | undefined {
  const age = header(answer, 'age')
  return /^\d+$/.test(age) ? Number(age) : undefined
}

/**
 * When it was sent, by the clock of who sent it, in milliseconds since 1970: this machine's may be wrong, and that of a local
 * CloudFront moved on. What was in a cache has the origin's `date`, and an age since then (RFC 9111, 4.2.3).
 */
export function answeredAt(answer: Headed): number {
  const date = Date.parse(header(answer, 'date'))
  return Number.isNaN(date) ? Date.now() : date + (ageOf(answer) ?? 0) * 1000
}

/** Seconds; `undefined` where there is no `max-age`. */
export const maxAgeOf = (answer: Headed): number | undefined => secondsOf(answer, /(?:^|,)\s*max-age=(\d+)/i)

/** Seconds for a shared cache, such as CloudFront's (RFC 9111, 5.2.2.10). */
export const lifetimeOf = (answer: Headed): number | undefined =>
  secondsOf(answer, /(?:^|,)\s*s-maxage=(\d+)/i) ?? maxAgeOf(answer)

function secondsOf(answer: Headed, directive: RegExp): number | undefined {
  const seconds = directive.exec(header(answer, 'cache-control'))?.[1]
  return seconds === undefined ? undefined : Number(seconds)
}

/**
 * The same as CloudFront caches it. On a private route `private` is said to others, by the response headers policy; how
 * long CloudFront keeps it is in `Expires` (RFC 9111, 4.2.1).
 */
export function asCached<Given extends Headed>(answer: Given): Given {
  const lifetime = Date.parse(header(answer, 'expires')) - Date.parse(header(answer, 'date'))
  if (header(answer, 'cache-control') !== 'private' || Number.isNaN(lifetime)) return answer
  const seconds = Math.max(0, Math.round(lifetime / 1000))
  const others = answer.headers.filter(([name]) => name.toLowerCase() !== 'cache-control')
  return { ...answer, headers: [...others, ['cache-control', `public, max-age=${seconds}`]] }
}

/** Whether `cache-control` keeps it out of caches. */
export const isKeptOut = (answer: Headed): boolean =>
  /(?:^|,)\s*(?:private|no-store|no-cache)/i.test(header(answer, 'cache-control'))

/** In lower case, without parameters. */
export const answerMediaType = (answer: Headed): string =>
  (header(answer, 'content-type').split(';', 1)[0] as string).trim().toLowerCase()

/** `200, Miss from cloudfront, age 3`. */
export function outcome(answer: Pick<Answer, 'status' | 'headers'>): string {
  const age = ageOf(answer)
  const says = [`${answer.status}`, header(answer, 'x-cache') || 'no x-cache', age === undefined ? '' : `age ${age}`]
  return says.filter((part) => part !== '').join(', ')
}

/** `'public, max-age=60'`, or `none`. */
export const quoted = (answer: Headed, name: string): string =>
  carriesHeader(answer, name) ? `'${header(answer, name)}'` : 'none'

/** An image's format by its first bytes, whatever the headers say; empty: none that is known here. */
export function imageFormatOf({ beginning }: Pick<Answer, 'beginning'>): string {
  const text = beginning.toString('latin1', 0, 16)
  return SIGNATURES.find(([, pattern]) => pattern.test(text))?.[0] ?? ''
}

/** RFC 9649, 2.3; ISO/IEC 14496-12, `ftyp`; JFIF; PNG, 5.2; GIF89a, 17; TIFF 6.0, 2. */
const SIGNATURES: readonly [format: string, beginning: RegExp][] = [
  ['webp', /^RIFF[\s\S]{4}WEBP/],
  ['avif', /^[\s\S]{4}ftypavi[fs]/],
  ['jpg', /^\xff\xd8\xff/],
  ['png', /^\x89PNG\r\n/],
  ['gif', /^GIF8[79]a/],
  ['tiff', /^(?:II\*\0|MM\0\*)/],
]
