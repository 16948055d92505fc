// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of sources
/** Mistakes that a person could make, one at a time: what stands in a file, and what would stand there. */
export type Mutation = { file: string; from: string; to: string }

const inFile = (file: string, changes: readonly (readonly [from: string, to: string])[]): Mutation[] =>
  changes.map(([from, to]) => ({ file, from, to }))

export const MUTATIONS: readonly Mutation[] = [
  ...inFile('edge/routes.ts', [
    ['canonical === normal ? plain : decoded(canonical)]', 'canonical]'],
    ['[received, plain, normal,', '[received, normal,'],
    ['[received, plain, normal, canonical,', '[received, plain, canonical, canonical,'],
    ['spellings.concat(spellings.map((spelling) => resolved(spelling, true)))', 'spellings'],
    ['received.length > ESCAPED_KEY_CHARACTERS', 'false'],
    ['|| plain.split', '|| false && plain.split'],
    ['!path.search(pattern)', 'path.search(pattern) >= -1'],
  ]),
  ...inFile('edge/path.ts', [
    ["plain.search(CONTROL) < 0 ? plain : ''", 'plain'],
    ['count > MOST_ESCAPES', 'false'],
    ["if (!spellings) return ''", ''],
    ['if (!(code >= 0)) return `%25${piece}`', ''],
    ['hex.toUpperCase()', 'hex'],
    ['segment[1] && kept > 1', 'segment[1]'],
    ["'#', '%23'", "'#', '#'"],
    ["'?', '%3F'", "'?', '?'"],
  ]),
  ...inFile('edge/event.ts', [
    ['lines.slice(0, MOST_VALUES)', 'lines'],
    ['text.length > MOST_DECODED', 'false'],
    ["split('\\t', MOST_PARSED)", "split('\\t')"],
    ['text.search(NOT_ASCII_ESCAPE) < 0', 'true'],
  ]),
  ...inFile('edge/accept.ts', [
    ['lines.length > MOST_ACCEPT_CHARACTERS', 'false'],
    ["at >= 0 && list.lastIndexOf('\"', at) < 0", 'at >= 0'],
  ]),
  ...inFile('edge/cache-control.ts', [
    ['stated > seconds ? seconds : 0', 'seconds'],
    [': readable(origin.cacheControl)', ': origin.cacheControl'],
    ["name === 'private' || ", ''],
  ]),
  ...inFile('edge/http-date.ts', [['now + FIFTY_YEARS', 'now']]),
  ...inFile('edge/response.ts', [
    ['status >= 500', 'status >= 500 && status < 600'],
    ['own || NO_STORE', 'NO_STORE'],
    ['asksForImage && status === 304', 'false'],
  ]),
  ...inFile('edge/token.ts', [
    ['text.length > 4_096', 'false'],
    ["&& !('crit' in header)", ''],
    ['now < exp + leeway', 'true'],
    ['now >= nbf - leeway', 'true'],
    ['plain.search(SEGMENTS) >= 0', 'false'],
    ["path[prefix.length] === '/'", 'true'],
    ['hasAllMembers(text, value)', 'true'],
  ]),
  ...inFile('edge/version.ts', [
    ['value.length > 64', 'false'],
    ['time - lastModified > TOLERANCE', 'false'],
    ['lastModified - time > settle', 'false'],
  ]),
  ...inFile('viewer-request/index.ts', [
    ['path.length - 2 * path.split', '0 * path.split'],
    ['isLong ? -1 : route.images', 'route.images'],
    ["delete headers['if-range']", ''],
    ['if (!isRead) return refused(405)', ''],
  ]),
  ...inFile('viewer-request/admission.ts', [
    ['key.length < 32 ||', ''],
    ["given.toString('base64url') !== parts[2]", 'false'],
    ['difference === 0', 'true'],
    [": 'aud' in claims) return 401", ': false) return 401'],
  ]),
  ...inFile('edge/query.ts', [
    ['!isLong && ascii', 'ascii'],
    ['ascii.length <= MOST_QUERY_CHARACTERS &&', ''],
  ]),
  ...inFile('edge/query-names.ts', [['name.search(NOT_ASCII_ESCAPE) >= 0', 'false']]),
  ...inFile('edge/https.ts', [
    ['domains.includes(host) ? host', 'host ? host'],
    ['.slice(0, MOST_NAMES)', ''],
  ]),
  ...inFile('edge/cors.ts', [
    ['!isAny && !isNamed(origins, origin)', 'false'],
    ["isAny ? '*' : origin", 'origin'],
  ]),
  ...inFile('edge/headers.ts', [["fields.includes(field) || fields.includes('*')", 'fields.includes(field)']]),
  ...inFile('origin-request/index.ts', [
    ['?.guard === guard', '?.guard !== undefined'],
    ["removeHeaders(request.headers, ['x-rimlight-*'])", ''],
    ['  delete headers.range\n', ''],
  ]),
  ...inFile('origin-response/index.ts', [
    ['removeHeaders(response.headers, [`${RESULT_HEADER}*`])', ''],
    ["addVary(response.headers, 'accept')", "addVary(response.headers, 'origin')"],
    ['request.lifetime.private) applyPrivacy', '!request) applyPrivacy'],
  ]),
]
