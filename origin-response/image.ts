/** The image step: a rendition in the place of the body, or the response as it is and the reason why. */
import type { CloudFrontResultResponse, Context } from 'aws-lambda'
import { type Caching, forbidsTransforming, transientCaching } from '../edge/cache-control.ts'
import { FORMATS } from '../edge/formats.ts'
import { type Headers, headerText, mediaTypeOf, OF_THE_BYTES, removeHeaders, setHeader } from '../edge/headers.ts'
import { checkSource, isTransient, originalBecause, RESULT_HEADER, renditionAs } from '../edge/image.ts'
import { GENERATED_RESPONSE_BYTES, IMAGE_MEMORY_MB } from '../edge/limits.ts'
import { setResponse } from '../edge/rules.ts'
import { variantText } from '../edge/variant.ts'
import { deadlineWith, inTenths, timeTo } from './deadline.ts'
import { type Entry, logLine } from './log.ts'
import { type Original, original } from './original.ts'
import type { ImageRequest } from './routing.ts'
import type { Job, Measures, Outcome } from './transform.ts'
import { tellType, typeStep } from './type-step.ts'

export type ImageResponse = Pick<CloudFrontResultResponse, 'body' | 'bodyEncoding'> & { headers: Headers }

/** The part that counts; tests and other tools leave it out. */
export type LambdaContext = Partial<Pick<Context, 'memoryLimitInMB' | 'getRemainingTimeInMillis'>>

/** Bytes left free in a generated response: nobody says what CloudFront counts besides headers and body. */
const RESERVED_BYTES = 4_096

/** Changes the response in place. @returns its caching, which a passing reason makes short */
export async function imageStep(
  response: ImageResponse,
  request: ImageRequest | Original,
  caching: Caching,
  context: LambdaContext,
): Promise<Caching> {
  const outcome = request.kind === 'image' ? await outcomeOf(response.headers, request, context) : unmeasured(request)
  process.stdout.write(`${logLine(entryOf(request, outcome), Date.now())}\n`)
  if (outcome.kind === 'rendition') {
    const { format, width, height, quality } = outcome.settings
    const result = renditionAs(format, width, height, quality, outcome.losses)
    replaceBody(response, outcome, FORMATS[format].mediaType, result)
    return caching
  }
  if (outcome.kind === 'description') {
    replaceBody(response, outcome, outcome.type, outcome.format)
    return caching
  }
  await typeOriginal(response.headers, request, outcome, context)
  setHeader(response.headers, RESULT_HEADER, originalBecause(outcome.reason, outcome.mediaType))
  return isTransient(outcome.reason) ? transientCaching(caching) : caching
}

/** Gives an original the type that its bytes have. Where none were read, it reads the first of them. */
async function typeOriginal(
  headers: Headers,
  request: ImageRequest | Original,
  outcome: Extract<Outcome, Original>,
  context: LambdaContext,
): Promise<void> {
  if (outcome.mediaType) tellType(headers, outcome.mediaType)
  else if (request.kind === 'image' && !isTransient(outcome.reason) && !outcome.measures.bytesIn) {
    await typeStep(headers, request, context)
  }
}

const unmeasured = (nothing: Original): Outcome => ({ ...nothing, measures: {} })

async function outcomeOf(headers: Headers, request: ImageRequest, context: LambdaContext): Promise<Outcome> {
  const refusal = refusalOf(headers, request)
  if (refusal) return unmeasured(refusal)
  const job = jobOf(headers, request, context)
  if (timeTo(job.deadline) === 0) return unmeasured(original('deadline', 'no time left to begin'))
  try {
    const { transform } = await import('./transform.ts')
    return await transform(job)
  } catch (error) {
    return unmeasured(original('disabled', String(error)))
  }
}

/** What the headers of the response in hand say against reading its object once more. */
function refusalOf(headers: Headers, { limit }: ImageRequest): Original | undefined {
  const type = mediaTypeOf(headers)
  const length = headerText(headers, 'content-length')
  const source = checkSource(type, length === '' ? Number.NaN : Number(length), limit)
  if (source.kind === 'original') {
    const expected = `an image type, and 1 to ${limit.maxInputBytes} bytes`
    return original(source.reason, `expected ${expected}, found ${type || 'no type'}, ${length || 'no length'}`)
  }
  const isFixed = forbidsTransforming(headerText(headers, 'cache-control'))
  return isFixed ? original('unsupported', 'its cache-control says no-transform') : undefined
}

function jobOf(headers: Headers, request: ImageRequest, context: LambdaContext): Job {
  const { bucket, key, variant, rule, limit } = request
  return {
    source: { ...bucket, key, etag: headerText(headers, 'etag') },
    variant,
    rule,
    limit,
    budget: budgetBeside(headers),
    // Without a context, the least that a function with images has.
    memory: Number(context.memoryLimitInMB ?? IMAGE_MEMORY_MB),
    deadline: deadlineWith(context.getRemainingTimeInMillis?.()),
  }
}

/**
 * Bytes that a body may have beside these headers and those that the header rules set: in base64, four for three.
 * As JSON, headers take more than CloudFront can count of them.
 */
export function budgetBeside(headers: Headers): number {
  const taken = Buffer.byteLength(JSON.stringify([headers, setResponse])) + RESERVED_BYTES
  return Math.max(0, Math.floor((GENERATED_RESPONSE_BYTES - taken) / 4) * 3)
}

/** @param result for `x-rimlight` */
function replaceBody(
  response: ImageResponse,
  { bytes, measures }: { bytes: Buffer; measures: Measures },
  mediaType: string,
  result: string,
): void {
  const { headers } = response
  response.body = bytes.toString('base64')
  response.bodyEncoding = 'base64'
  removeHeaders(headers, OF_THE_BYTES)
  setHeader(headers, 'content-type', mediaType)
  setHeader(headers, 'server-timing', serverTiming(measures))
  setHeader(headers, RESULT_HEADER, result)
}

/** W3C Server Timing, 3: `dur` is in milliseconds. */
const serverTiming = ({ fetch = 0, transform = 0 }: Measures): string =>
  `fetch;dur=${inTenths(fetch)}, transform;dur=${inTenths(transform)}`

const entryOf = (request: ImageRequest | Original, outcome: Outcome): Entry => ({
  ...(request.kind === 'image' ? { uri: request.uri, variant: variantText(request.variant) } : {}),
  ...outcome.measures,
  ...(outcome.kind === 'original'
    ? { result: outcome.reason, detail: outcome.detail }
    : {
        result: outcome.kind === 'rendition' ? outcome.settings.format : outcome.format,
        bytesOut: outcome.bytes.length,
      }),
})
