/** `x-rimlight` and the verdict on a version, as sentences. */

/** @typedef {import('../protocol/messages.ts').RequestTrace} RequestTrace */
/** @typedef {{ tone: 'good' | 'plain' | 'warn', title: string, text: string }} Remark */

/**
 * By the `reason` in `x-rimlight: original; reason=…`.
 * @type {Record<string, string>}
 */
const REASONS = {
  'source-timeout':
    'The origin was too slow to give the source once more. Cached for a minute at most; the next request tries again.',
  'source-error':
    'The origin did not give the source once more. Cached for a minute at most; the next request tries again.',
  deadline:
    'The rendition would not have been ready in time. Cached for a minute at most; the next request tries again.',
  changed: 'The object was replaced while it was read. Cached for a minute at most; the next request tries again.',
  disabled: 'The image step could not be loaded, or found no memory. Cached for a minute at most.',
  'no-route': 'Origin-request did not run for this request, so nothing is known about its route.',
  extension: 'The path has an extension that takes no image parameters, so none can have been asked for.',
  unsupported:
    'It is no kind of image that is transformed, the format asked for cannot hold it, or it says no-transform.',
  'too-large': 'The source has more bytes than the route transforms.',
  'too-many-pixels': 'The source has more pixels than the memory or the time for one image allow.',
  corrupt: 'It cannot be decoded, or most of it is missing.',
  'not-smaller': 'The source is what was asked for already, or has fewer bytes than what was made of it.',
  'over-limit': 'No rendition that was tried fits into the megabyte of a generated response.',
}

/**
 * A rendition, or the reason for its absence.
 * @param {string} rimlight the header's value; empty: none
 * @returns {Remark | undefined}
 */
export function renditionRemark(rimlight) {
  const [, reason, type] = /^original; reason=([\w-]+)(?:; type=(\S+))?$/.exec(rimlight) ?? []
  if (reason) {
    const seldom = type ? ` It is ${type}, which most browsers don't show.` : ''
    return { tone: 'warn', title: `The original, because: ${reason}`, text: `${REASONS[reason] ?? ''}${seldom}` }
  }
  const [, lost = ''] = /^placeholder(?:; reason=([\w-]+))?/.exec(rimlight) ?? []
  if (lost) return { tone: 'warn', title: `No placeholder, because: ${lost}`, text: REASONS[lost] ?? '' }
  if (rimlight.startsWith('placeholder')) {
    const text = 'The object is missing. What the route says was shown in its place, with the status 404.'
    return { tone: 'plain', title: 'A placeholder', text }
  }
  const rendition = renditionOf(rimlight)
  if (!rendition) return undefined
  const { format, width, height, quality } = rendition
  const losses = rimlight.split('; ').slice(3).join(', ')
  const text = `${format}, ${width} × ${height} px, quality ${quality}${losses && `, ${losses}`}`
  return { tone: 'good', title: 'A rendition', text }
}

/**
 * What a rendition is; sizes in pixels.
 * @param {string} rimlight
 */
export function renditionOf(rimlight) {
  const [, format, width, height, quality] = /^(\w+); (\d+)x(\d+); q=(\d+)(?:;|$)/.exec(rimlight) ?? []
  return format ? { format, width: Number(width), height: Number(height), quality: Number(quality) } : undefined
}

/**
 * The bytes of an original at the size of a rendition, pixel for pixel. A small picture has fewer bytes in any format: what
 * the format alone saves is told by this.
 * @param {{ width: number, height: number, bytes: number }} original
 * @param {{ width: number, height: number } | undefined} rendition
 * @returns {number} negative: not known
 */
export function bytesAtSize(original, rendition) {
  if (!rendition || original.bytes < 0) return original.bytes
  const pixels = original.width * original.height
  return pixels > 0 ? Math.round(original.bytes * Math.min(1, (rendition.width * rendition.height) / pixels)) : -1
}

/**
 * The verdict on the version, as far as the response tells it: `unsettled` has a header of its own, and `immutable` is
 * never said of a version that is not verified.
 * @param {RequestTrace} trace
 * @returns {Remark | undefined}
 */
export function verdictRemark({ summary, steps }) {
  const response = steps.find(({ step }) => step === 'origin-response')
  if (response?.step !== 'origin-response') return undefined
  const after = (/** @type {string} */ name) => {
    const change = response.changes.find(({ path }) => isHeader(path, name))
    return change && 'after' in change ? change.after : undefined
  }
  const verdict = after('x-rimlight-verdict')
  if (typeof verdict === 'string') {
    const text =
      'The upload that this version announces may still be on its way: cached for 30 seconds, without validators.'
    return { tone: 'warn', title: `Version ${verdict}`, text }
  }
  if (String(after('cache-control')).includes('immutable')) {
    return {
      tone: 'good',
      title: 'Version verified',
      text: 'These are the bytes that the version names: cached for a year, immutable.',
    }
  }
  const asksForVersion = steps.some((step) => step.step === 'key' && /(?:^|&)v(?:ersion)?=/.test(step.key.query))
  if (!asksForVersion || ![200, 206, 304].includes(summary.status)) return undefined
  const text = 'Nothing about the object proves or disproves it: cached as the origin says, never as immutable.'
  return { tone: 'plain', title: 'Version unknown', text }
}

/**
 * What an error says, and what to do.
 * @param {{ status: number }} request
 * @param {RequestTrace['steps']} [steps] where they are known: who answered
 * @returns {Remark | undefined}
 */
export function statusRemark({ status }, steps = []) {
  if (status < 400) return undefined
  const isBy = (/** @type {RequestTrace['steps'][number]} */ step) =>
    (step.step === 'viewer-request' && step.result === 'answered') || (step.step === 'origin' && step.status === status)
  const by = status === 404 ? undefined : steps.find(isBy)?.step
  const text = by === 'origin' ? 'That is the answer of the origin.' : by ? BY_FUNCTION : STATUSES[status]
  return text === undefined ? undefined : { tone: 'warn', title: `${status}`, text }
}

const BY_FUNCTION = 'The function answered by itself. “Which key does it get?” says by which rule.'

/** @type {Record<number, string>} */
const STATUSES = {
  400: BY_FUNCTION,
  403: 'It was refused: for its method, its protocol, or for want of a signature. The request in the list below says which.',
  404: 'The origin has no such object. A key begins where the bucket or its folder begins, and capital letters count. This answer is cached, as “missing” in the config says: once the object is there, invalidate its path.',
  405: BY_FUNCTION,
  502: 'The origin could not be reached, or what it sent could not be used. The request in the list below says which.',
  503: 'A function failed, or the origin was not ready. The request in the list below says which.',
  504: 'The origin did not answer in time.',
}

/**
 * Whether a path in a change is that of a header.
 * @param {string} path @param {string} name
 */
export const isHeader = (path, name) => path.endsWith(`headers.${name}`)
