/** The image step: a rendition in the place of the body, or the response as it is and the reason why. */
import type { CloudFrontResultResponse, Context } from 'aws-lambda'
import { type Caching, forbidsTransforming, transientCaching } from '../edge/cache-control.ts'
import { type Headers, headerText, mediaTypeOf, removeHeaders, setHeader } from '../edge/headers.ts'
import { checkSource, isTransient, originalBecause, RESULT_HEADER, type Reason, renditionAs } from '../edge/image.ts'
import { GENERATED_RESPONSE_BYTES, IMAGE_MEMORY_MB } from '../edge/limits.ts'
import { setResponse } from '../edge/rules.ts'
import { variantText } from '../edge/variant.ts'
import { deadlineWith, timeTo } from './deadline.ts'
import { FORMATS } from './formats.ts'
import { type Entry, logLine, rounded } from './log.ts'
import type { ImageRequest } from './routing.ts'
import type { Job, Measures, Outcome, Rendition } from './transform.ts'

export type ImageResponse = Pick<CloudFrontResultResponse, 'body' | 'bodyEncoding'> & { headers: Headers }

/** The part of Lambda's context that counts. */
export type Surroundings = Partial<Pick<Context, 'memoryLimitInMB' | 'getRemainingTimeInMillis'>>

/** Bytes left free in a generated response: nobody says what CloudFront counts besides headers and body. */
const RESERVED_BYTES = 4_096

/** What tells of the bytes that the rendition replaces. Its ETag would make every revalidation a new transform. */
const OF_THE_BYTES = [
  'content-digest',
  'content-encoding',
  'content-length',
  'content-md5',
  'etag',
  'repr-digest',
  'x-amz-checksum-*',
]

/** Changes the response in place. @returns its caching, which a passing reason makes short */
export async function imageStep(
  response: ImageResponse,
  request: ImageRequest,
  caching: Caching,
  surroundings: Surroundings,
): Promise<Caching> {
  const outcome = await outcomeOf(response.headers, request, surroundings)
  process.stdout.write(`${logLine(entryOf(request, outcome), Date.now())}\n`)
  if (outcome.kind === 'rendition') {
    replaceBody(response, outcome)
    return caching
  }
  setHeader(response.headers, RESULT_HEADER, originalBecause(outcome.reason))
  return isTransient(outcome.reason) ? transientCaching(caching) : caching
}

const NOTHING_DONE: Measures = { fetch: 0, transform: 0, bytesIn: 0 }

const original = (reason: Reason, detail: string): Outcome => ({
  kind: 'original',
  reason,
  detail,
  measures: NOTHING_DONE,
})

async function outcomeOf(headers: Headers, request: ImageRequest, surroundings: Surroundings): Promise<Outcome> {
  const type = mediaTypeOf(headers)
  const length = headerText(headers, 'content-length')
  const source = checkSource(type, length === '' ? Number.NaN : Number(length), request.limit)
  if (source.kind === 'original') return original(source.reason, `${type}, ${length} bytes`)
  if (forbidsTransforming(headerText(headers, 'cache-control'))) return original('unsupported', 'no-transform')
  const job = jobOf(headers, request, surroundings)
  if (timeTo(job.deadline) === 0) return original('deadline', 'no time left to begin')
  try {
    const { transform } = await import('./transform.ts')
    return await transform(job)
  } catch (error) {
    return original('disabled', String(error))
  }
}

function jobOf(headers: Headers, request: ImageRequest, surroundings: Surroundings): Job {
  const { bucket, key, variant, rule, limit } = request
  return {
    source: { ...bucket, key, etag: headerText(headers, 'etag') },
    variant,
    rule,
    limit,
    budget: budgetBeside(headers),
    memory: Number(surroundings.memoryLimitInMB ?? IMAGE_MEMORY_MB),
    deadline: deadlineWith(surroundings.getRemainingTimeInMillis?.()),
  }
}

/**
 * Bytes that a body may have beside these headers and those that the header rules set: in base64, four for three.
 * As JSON, headers take more than CloudFront can count of them.
 */
function budgetBeside(headers: Headers): number {
  const taken = Buffer.byteLength(JSON.stringify([headers, setResponse])) + RESERVED_BYTES
  return Math.max(0, Math.floor((GENERATED_RESPONSE_BYTES - taken) / 4) * 3)
}

function replaceBody(response: ImageResponse, { bytes, settings, measures }: Rendition): void {
  const { headers } = response
  const { format, width, height, quality } = settings
  response.body = bytes.toString('base64')
  response.bodyEncoding = 'base64'
  removeHeaders(headers, OF_THE_BYTES)
  setHeader(headers, 'content-type', FORMATS[format].mediaType)
  setHeader(headers, 'server-timing', serverTiming(measures))
  setHeader(headers, RESULT_HEADER, renditionAs(format, width, height, quality))
}

/** W3C Server Timing, 3: `dur` is in milliseconds. */
const serverTiming = ({ fetch, transform }: Measures): string =>
  `fetch;dur=${rounded(fetch)}, transform;dur=${rounded(transform)}`

const entryOf = ({ uri, variant }: ImageRequest, outcome: Outcome): Entry => ({
  uri,
  variant: variantText(variant),
  ...outcome.measures,
  ...(outcome.kind === 'rendition'
    ? { result: outcome.settings.format, bytesOut: outcome.bytes.length }
    : { result: outcome.reason, bytesOut: 0, detail: outcome.detail }),
})
