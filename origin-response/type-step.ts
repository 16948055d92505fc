/**
 * The right `content-type` for an original that is served as it is. Uploads without a type have S3's own
 * (`binary/octet-stream`), and many others one that says nothing; with `nosniff`, browsers show none of them.
 */
import type { Context } from 'aws-lambda'
import { type Headers, headerText, mediaTypeOf, setHeader } from '../edge/headers.ts'
import { isTelling, mayBeImage } from '../edge/image.ts'
import { deadlineWith, timeTo } from './deadline.ts'
import type { SourcePlace } from './routing.ts'

type Timed = Partial<Pick<Context, 'getRemainingTimeInMillis'>>

/** Milliseconds. The answer is there already, and more than a type there is not to gain. */
const MAX_LOOK_MS = 2_000

/** Whether the bytes would say more than the type does. */
export const isVague = (headers: Headers): boolean => {
  const type = mediaTypeOf(headers)
  return mayBeImage(type) && !isTelling(type)
}

/** Reads the first bytes, where the type does not tell. What goes wrong leaves the response as it is. */
export async function typeStep(headers: Headers, source: SourcePlace, context: Timed): Promise<void> {
  if (!isVague(headers) || headerText(headers, 'content-length') === '0') return
  const time = Math.min(timeTo(deadlineWith(context.getRemainingTimeInMillis?.())), MAX_LOOK_MS)
  if (time === 0) return
  try {
    const { readType } = await import('./transform.ts')
    const { bucket, key } = source
    tellType(headers, await readType({ ...bucket, key, etag: headerText(headers, 'etag') }, time))
  } catch {
    // The image step could not be loaded: the next request that asks for a rendition says so.
  }
}

/** @param found what the bytes say; `undefined`: nothing. A type that tells is believed, and stays. */
export function tellType(headers: Headers, found: string | undefined): void {
  if (found !== undefined && isVague(headers)) setHeader(headers, 'content-type', found)
}
