/** In the place of a picture that is missing: another object, resized as the picture would have been; the status stays 404. */
import { type Caching, transientCaching } from '../edge/cache-control.ts'
import { headerText, setHeader } from '../edge/headers.ts'
import { isTransient, RESULT_HEADER } from '../edge/image.ts'
import type { Placeholder } from '../edge/rules.ts'
import { deadlineWith, timeTo } from './deadline.ts'
import { budgetBeside, type ImageResponse, imageStep, type LambdaContext } from './image.ts'
import { logLine } from './log.ts'
import type { Original } from './original.ts'
import type { ImageRequest } from './routing.ts'
import type { readSource } from './source.ts'

export type MissingPicture = {
  uri: string
  method: string
  placeholder: Placeholder
  /** The rendition that was asked for; `undefined`: none was. */
  image: ImageRequest | Original | undefined
}

/**
 * Changes the response in place; where the placeholder can't be had it stays as it is.
 * @param load what reads from S3, which is loaded when it is needed
 * @returns its caching, which a passing reason makes short
 */
export async function placeholderStep(
  response: ImageResponse,
  { uri, method, placeholder, image }: MissingPicture,
  missing: Caching,
  context: LambdaContext,
  load: () => Promise<{ readSource: typeof readSource }>,
): Promise<Caching> {
  const { headers } = response
  const { bucket, region, key, type } = placeholder
  let caching = missing
  if (image?.kind === 'image') {
    delete headers['content-type']
    caching = await imageStep(response, { ...image, bucket: { bucket, region }, key }, caching, context)
    if (response.bodyEncoding === 'base64') {
      setHeader(headers, RESULT_HEADER, `${SHOWN}; ${headerText(headers, RESULT_HEADER)}`)
      return caching
    }
  }

  setHeader(headers, RESULT_HEADER, SHOWN)
  setHeader(headers, 'content-type', type)
  const milliseconds = timeTo(deadlineWith(context.getRemainingTimeInMillis?.()))
  const { readSource } = await load()
  const source = await readSource({ bucket, region, key, etag: '' }, budgetBeside(headers), milliseconds)
  if (source.kind === 'source') {
    if (method === 'GET') {
      response.body = source.bytes.toString('base64')
      response.bodyEncoding = 'base64'
    }
    return caching
  }

  const { reason, detail } = source
  process.stdout.write(`${logLine({ uri, result: reason, detail: `${SHOWN} ${key}: ${detail}` }, Date.now())}\n`)
  setHeader(headers, RESULT_HEADER, `${SHOWN}; reason=${reason}`)
  setHeader(headers, 'content-type', 'text/plain; charset=utf-8')
  return isTransient(reason) ? transientCaching(caching) : caching
}

/** What `x-rimlight` says, alone or before what the rendition is, or the reason why it is not there. */
const SHOWN = 'placeholder'
