/** Whether a rendition is the picture that was asked for, by what the real sharp sees in its bytes. */
import { isDeepStrictEqual } from 'node:util'
import sharp, { type Metadata } from 'sharp'
import type { Response, Source } from './response.ts'

export type Asked = {
  variant: URLSearchParams
  /** Of the source; `NaN`: not told. */
  bytes: number
  source?: Source
  /** Where there is no `source`; default: what the type of the original says. */
  kind?: Source['kind']
}

type Size = { width: number; height: number }

const TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  tiff: 'image/tiff',
  avif: 'image/avif',
}

/** What `fm=preview` stands for: one picture of what moves. */
const PREVIEW = new URLSearchParams('fm=webp&q=20&w=16')

export async function renditionFaults(response: Response, plain: Response, asked: Asked): Promise<string[]> {
  if (asked.variant.get('fm') !== 'preview') return faultsOf(response, plain, asked)
  const { source, ...rest } = asked
  const still = source && { source: { ...source, frames: 1 } }
  // A source that is as small is no preview, which pages write into themselves.
  return faultsOf(response, plain, { ...rest, ...still, variant: PREVIEW, bytes: Infinity })
}

async function faultsOf(response: Response, plain: Response, asked: Asked): Promise<string[]> {
  const said = response.headers['x-rimlight'] ?? ''
  const [, format = '', width, height, quality, frames] =
    /^(\w+); (\d+)x(\d+); q=(\d+)(?:; frames=(\d+)\/\d+)?(?:; incomplete)?$/.exec(said) ?? []
  if (quality === undefined) return [`x-rimlight is neither a rendition nor an original: ${said}`]
  const faults = [...headerFaults(response, plain), ...qualityFaults(Number(quality), asked.variant)]
  if (response.body === undefined || response.bodyEncoding !== 'base64') return [...faults, 'there is no base64 body']
  const bytes = Buffer.from(response.body, 'base64')
  const read = await tryRead(bytes)
  if (typeof read === 'string') return [...faults, `the body can't be decoded: ${read}`]

  const type = TYPES[format]
  if (type !== read.mediaType) faults.push(`it says ${format}, the bytes say ${read.mediaType}`)
  if (response.headers['content-type'] !== read.mediaType) {
    faults.push(`content-type is ${response.headers['content-type']}, the bytes say ${read.mediaType}`)
  }
  const fm = asked.variant.get('fm')
  // HEIC is made into what every browser shows.
  const own = asked.source?.kind === 'heic' ? undefined : asked.source?.kind
  const wanted = fm === 'common' ? undefined : (fm ?? own)
  // WebP stands in for what moves, and where it has fewer bytes, which is looked at where AVIF has few bytes or bits.
  const hasFew = bytes.length < 4_096 || 8 * bytes.length < 0.6 * read.width * read.height
  const isStandIn = wanted === 'avif' && format === 'webp' && (hasFew || (asked.source?.frames ?? 2) > 1)
  if (wanted && type !== TYPES[wanted] && !isStandIn) faults.push(`asked for ${wanted}, found ${format}`)
  const size = { width: read.width, height: read.pageHeight ?? read.height }
  if (size.width !== Number(width) || size.height !== Number(height)) {
    faults.push(`it says ${width}x${height}, the bytes say ${size.width}x${size.height}`)
  }
  faults.push(...sizeFaults(size, asked), ...metadataFaults(read), ...frameFaults(read, asked.source, frames))
  // Whoever can't show the source takes what there is, and so does whoever asks for one of the old formats.
  const kind = asked.source?.kind ?? asked.kind
  const sourceType = kind ? `image/${kind}` : plain.headers['content-type']
  const isShown = type === sourceType || !SELDOM_SHOWN.includes(sourceType ?? '')
  const isOther = ['fit', 'bg', 'blur'].some((name) => asked.variant.has(name))
  const isWhole = !isOther && frames === undefined
  if (isShown && isWhole && (fm === null || fm === 'webp' || fm === 'avif') && bytes.length >= asked.bytes)
    faults.push(`${bytes.length} bytes were made of ${asked.bytes}`)
  return faults
}

/** By browsers. */
const SELDOM_SHOWN = ['image/avif', 'image/tiff', 'image/heic']

/** All of it is decoded, and a warning is enough to fail. */
async function tryRead(bytes: Buffer): Promise<Metadata | string> {
  try {
    const picture = sharp(bytes, { pages: -1, failOn: 'warning', limitInputPixels: false })
    const metadata = await picture.metadata()
    await picture.raw().toBuffer()
    return metadata
  } catch (error) {
    return String(error)
  }
}

/** Headers that are the rendition's own; the rest is as it would have been without. */
const OF_RENDITION = ['content-type', 'content-length', 'etag', 'accept-ranges', 'server-timing', 'x-rimlight']

export function headerFaults({ headers }: Response, plain: Response): string[] {
  const faults: string[] = []
  for (const name of ['content-length', 'etag']) if (name in headers) faults.push(`${name} is the original's`)
  const others = (all: Record<string, string>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !OF_RENDITION.includes(name)))
  if (!isDeepStrictEqual(others(headers), others(plain.headers))) {
    faults.push(`expected the headers ${JSON.stringify(plain.headers)}, found ${JSON.stringify(headers)}`)
  }
  const timings = (headers['server-timing'] ?? '').split(',').map((entry) => /^ ?\w+;dur=\d+(?:\.\d+)?$/.test(entry))
  if (timings.length < 2 || timings.includes(false)) faults.push(`server-timing is ${headers['server-timing']}`)
  return faults
}

function qualityFaults(quality: number, variant: URLSearchParams): string[] {
  const asked = variant.get('q') ?? '80'
  const most = asked === 'auto' ? 80 : Number(asked)
  return quality >= 1 && quality <= most ? [] : [`the quality is ${quality}, asked for was ${most}`]
}

function metadataFaults(read: Metadata): string[] {
  const left = (['exif', 'icc', 'xmp', 'iptc', 'orientation'] as const).filter((name) => read[name] !== undefined)
  // A TIFF always has an orientation: 1 is upright.
  return left
    .filter((name) => name !== 'orientation' || read.orientation !== 1)
    .map((name) => `the source's ${name} is left`)
}

/** An animation keeps its frames, or says how many are left, and nothing else becomes one. */
const frameFaults = ({ pages = 1 }: Metadata, source: Source | undefined, frames: string | undefined): string[] =>
  source && pages !== Number(frames ?? source.frames) ? [`of ${source.frames} frames there are ${pages}`] : []

/** Sides may be off by the rounding of one pixel. */
function sizeFaults(size: Size, { variant, source }: Asked): string[] {
  const box = { width: Number(variant.get('w') ?? Infinity), height: Number(variant.get('h') ?? Infinity) }
  if (size.width > box.width || size.height > box.height) {
    return [`${size.width}x${size.height} is not inside ${box.width}x${box.height}`]
  }
  const isCrop = variant.get('fit') === 'crop'
  if (isCrop) {
    const ratio = box.width / box.height
    if (Math.abs(size.width - size.height * ratio) > Math.max(1, ratio)) {
      return [`${size.width}x${size.height} is not of the ratio ${box.width}:${box.height}`]
    }
  }
  if (!source) return []
  const wanted = isCrop ? covered(source, box) : contained(source, box)
  return Math.abs(size.width - wanted.width) > 1 || Math.abs(size.height - wanted.height) > 1
    ? [`expected ${wanted.width}x${wanted.height}, found ${size.width}x${size.height}`]
    : []
}

/** The picture inside the box, never enlarged. */
function contained(picture: Size, box: Size): Size {
  const scale = Math.min(1, box.width / picture.width, box.height / picture.height)
  return { width: Math.max(1, picture.width * scale), height: Math.max(1, picture.height * scale) }
}

/** The box filled by the picture, never enlarged: a smaller one of its ratio where the picture is smaller. */
function covered(picture: Size, box: Size): Size {
  const scale = Math.min(1, picture.width / box.width, picture.height / box.height)
  return { width: Math.max(1, box.width * scale), height: Math.max(1, box.height * scale) }
}
