/** Which of the two encodings that CloudFront knows a viewer takes. */

export type AcceptedEncodings = '' | 'br' | 'gzip' | 'br,gzip'

/**
 * `Accept-Encoding` as it stands in the key and goes to the origin: of what the cache policy enables, what the viewer
 * takes. Developer Guide, "Understand cache policies", compression support; weights by RFC 9110, 12.5.3. `*` names none:
 * the guide looks for the two by name.
 *
 * @param values of the header's lines
 */
export function acceptedEncodings(
  values: readonly string[],
  { gzip, brotli }: { gzip: boolean; brotli: boolean },
): AcceptedEncodings {
  let takesGzip = false
  let takesBrotli = false
  for (const value of values) {
    takesGzip ||= gzip && GZIP.test(value)
    takesBrotli ||= brotli && BROTLI.test(value)
  }
  if (takesBrotli) return takesGzip ? 'br,gzip' : 'br'
  return takesGzip ? 'gzip' : ''
}

const ZERO_WEIGHT = '[ \\t]*;[ \\t]*q[ \\t]*=[ \\t]*0(?:\\.0*)?[ \\t]*(?:,|$)'
const named = (coding: string) => new RegExp(`(?:^|,)[ \\t]*${coding}(?!${ZERO_WEIGHT})[ \\t]*(?:[;,]|$)`, 'i')
const GZIP = named('gzip')
const BROTLI = named('br')
