/** HEIC files as what every browser shows, made once, when they are published. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { optional } from '../../base/optional-package.ts'
import { temporaryFolder } from '../../base/temporary.ts'
import { type Fingerprint, readFileOnce } from './fingerprint.ts'

export type Converted = {
  fingerprint: Fingerprint
  contentType: string
  /** Where its bytes are, until `remove`. */
  file: string
  remove(): Promise<void>
}

/** `undefined`: it can't be converted. */
export type HeicConverter = (file: string, signal: AbortSignal) => Promise<Converted | undefined>

/**
 * Of the source of all renditions: what is lost here is lost for good. Baseline JPEG, as no other format is shown by every
 * viewer of an object that may be asked for without any parameter, and none is decoded at the edge in less time: at a
 * fraction of its size where less is asked for. AVIF would have half of the bytes, and take nine times as long to decode.
 */
const QUALITY = 90

/** Limits for one picture: pixels, memory in MB, milliseconds. */
const MOST_PIXELS = 100_000_000
const room = () => ({ most: 2_048, isLess: false })
const TIME_MS = 120_000

/** Converts pictures one at a time, as each takes a core and some 20 bytes for a pixel. @throws Failure where packages are missing */
export async function heicConverter(): Promise<HeicConverter> {
  const [renderer, { openSource }] = await optional('--convert-heic', ['sharp', 'libheif-js'], () =>
    Promise.all([
      import('../../origin-response/render.ts'),
      import('../../origin-response/open-source.ts'),
      import('../../origin-response/heic.ts').then(({ libheifFile }) => libheifFile()),
    ]),
  )
  let last: Promise<unknown> = Promise.resolve()

  async function convert(file: string, signal: AbortSignal): Promise<Converted | undefined> {
    signal.throwIfAborted()
    const means = { renderer, limit: { heic: true as const }, room, time: TIME_MS }
    const source = await openSource(await readFile(file, { signal }), means)
    if (source.kind === 'original') return undefined
    const { width, height, hasAlpha } = source.facts
    const read = width * height > MOST_PIXELS ? undefined : await source.read(TIME_MS)
    await source.close()
    if (read?.kind !== 'readable') return undefined
    const bytes = await renderer.asSource(read.bytes, hasAlpha ? 'png' : 'jpg', QUALITY)
    const { folder, remove } = await temporaryFolder('rimlight-publish-')
    const made = join(folder, 'picture')
    await writeFile(made, bytes)
    const { fingerprint } = await readFileOnce(made, signal)
    return { fingerprint, contentType: hasAlpha ? 'image/png' : 'image/jpeg', file: made, remove }
  }

  return (file, signal) => {
    const made = last.then(() => convert(file, signal))
    last = made.catch(() => {})
    return made
  }
}
