/** Pixels: what a source is, and renditions of it. The one file that loads sharp. */
import sharp, { type Sharp } from 'sharp'
import { atWidth } from './cut.ts'
import { type Facts, factsOf } from './facts.ts'
import { formatOf } from './formats.ts'
import { mendedPng } from './mend-png.ts'
import { shareMissing } from './missing.ts'
import { type Original, original } from './original.ts'
import { ENCODERS } from './output.ts'
import type { Settings } from './settings.ts'

export type Inspection = { kind: 'facts'; facts: Facts } | Original

/**
 * What the function sets for its whole process, before it decodes anything. Whoever else makes renditions, such as `rimlight
 * publish`, does so in a process that may have pictures of its own, and leaves sharp as it is.
 */
export function confine(): void {
  // One function, one image at a time: a cache of operations or more threads would only take memory.
  sharp.cache(false)
  sharp.concurrency(1)
  // What is not decoded can't be attacked: libvips has dozens of loaders, some of which call other programs.
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadWebpBuffer',
      'VipsForeignLoadNsgifBuffer',
      'VipsForeignLoadTiffBuffer',
      'VipsForeignLoadHeifBuffer',
    ],
  })
}

/** Whether a rendition that outlived its deadline still takes memory and time. */
export function isBusy(): boolean {
  const { queue, process } = sharp.counters()
  return queue + process > 0
}

/** Reads the header alone. Does not reject. */
export async function inspect(bytes: Buffer): Promise<Inspection> {
  const format = formatOf(bytes)
  if (!format) return original('unsupported', 'not an image of a kind that is worked on')
  try {
    const metadata = await sharp(bytes, { limitInputPixels: false, failOn: 'none' }).metadata()
    return { kind: 'facts', facts: factsOf(format, metadata, bytes) }
  } catch (error) {
    return original('corrupt', String(error))
  }
}

/** A source with a larger part missing than this is not rendered. */
const MOST_MISSING = 0.5

/** Errors that a more lenient attempt would only meet again. */
const NOT_OF_THE_DATA = /timeout|pixel limit|memory|alloc|no space left/i

/** `isIncomplete`: something of the source is missing, and filled. */
export type Rendered = { bytes: Buffer; isIncomplete: boolean }

/**
 * Decodes, turns upright, resizes and encodes, in sRGB and without metadata. A source of which something is missing is
 * shown as far as it goes, as browsers do. What is missing decoders fill with grey or black, and some say no more than
 * a warning of it, as they do of much that spoils nothing: so whatever comes with a warning is looked at.
 * @param maxPixels of a frame, which the decoder holds the source to as well
 * @param milliseconds after which libvips gives up between rows, in whole seconds
 * @throws for a source that can't be decoded, or most of which is missing
 */
export async function render(
  bytes: Buffer,
  settings: Settings,
  maxPixels: number,
  milliseconds: number,
): Promise<Rendered> {
  const decoded = (failOn: 'warning' | 'none', source = bytes, autoOrient = true) =>
    sharp(source, {
      failOn,
      limitInputPixels: maxPixels,
      pages: settings.frames,
      autoOrient,
      sequentialRead: true,
    }).timeout({ seconds: Math.max(1, Math.ceil(milliseconds / 1_000)) })
  const coloured = (image: Sharp) => (settings.hasDeepProfile ? image.withIccProfile('srgb', { attach: false }) : image)
  const encoded = async (image: Sharp) => {
    const shown = coloured(sized(image, settings.blur ? blurringAt(settings, settings.blur) : settings))
    const whole = settings.blur ? await blurred(shown, settings, settings.blur) : shown
    const filled = settings.background ? whole.flatten({ background: `#${settings.background}` }) : whole
    return ENCODERS[settings.format](filled, settings).toBuffer()
  }
  try {
    return { bytes: await encoded(decoded('warning')), isIncomplete: false }
  } catch (error) {
    if (NOT_OF_THE_DATA.test(String(error))) throw error
    const format = formatOf(bytes)
    const mended = format === 'png' ? mendedPng(bytes) : undefined
    // What libpng leaves of rows that are missing may be anything.
    if (format === 'png' && !mended) throw error
    const missing = mended?.missing ?? (await shareMissing(decoded('none', bytes, false), format))
    if (missing > MOST_MISSING) throw new Error(`${Math.round(missing * 100)} % of it is missing: ${error}`)
    const isIncomplete = missing > 0 || (await lacksScans(bytes, error))
    return { bytes: await encoded(decoded('none', mended?.bytes)), isIncomplete }
  }
}

/** A progressive JPEG that breaks off between its scans has all of its rows, but less sharp. @param error libjpeg's */
const lacksScans = async (bytes: Buffer, error: unknown): Promise<boolean> =>
  /premature end of JPEG/.test(String(error)) && Boolean((await sharp(bytes).metadata()).isProgressive)

/** A picture's pixels, each as four bytes. `colour`: the most frequent colour, on white, as `#rrggbb`. */
export type Points = { width: number; height: number; rgba: Buffer; colour: string }

/** @param picture a rendition */
export async function pointsOf(picture: Buffer): Promise<Points> {
  const { data: rgba, info } = await sharp(picture).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  const raw = { width: info.width, height: info.height, channels: 4 } as const
  const shown = await sharp(rgba, { raw }).flatten({ background: '#fff' }).png().toBuffer()
  const { r, g, b } = (await sharp(shown).stats()).dominant
  return { ...raw, rgba, colour: `#${Buffer.from([r, g, b]).toString('hex')}` }
}

/** A rendition's pixels, as a source of its own: what is encoded several times is decoded once. */
export async function renderPixels(
  bytes: Buffer,
  settings: Settings,
  maxPixels: number,
  milliseconds: number,
): Promise<Rendered> {
  return render(bytes, { ...settings, format: 'tiff', isUncompressed: true }, maxPixels, milliseconds)
}

/** Lightness from 0 to 255, row by row. */
export type Lightness = { width: number; height: number; values: Uint8Array }

/** At half of the picture's width and height. @param picture a rendition */
export async function lightnessOf(picture: Buffer): Promise<Lightness> {
  const image = sharp(picture)
  const { width, height } = await image.metadata()
  const half = { width: Math.max(1, width >> 1), height: Math.max(1, height >> 1) }
  // Decoders that shrink have filters of their own, and pictures are compared that come from different ones.
  const shrinking = { ...half, fit: 'fill', kernel: 'cubic', fastShrinkOnLoad: false } as const
  const values = await image.removeAlpha().greyscale().resize(shrinking).raw().toBuffer()
  return { ...half, values }
}

/**
 * In its own size, without metadata, in sRGB: as a source of renditions. JPEG in one scan, which is decoded row by row and
 * at a fraction of its size.
 */
export const asSource = (picture: Buffer, format: 'jpg' | 'png', quality: number): Promise<Buffer> => {
  const image = sharp(picture, { limitInputPixels: false })
  return (format === 'jpg' ? image.jpeg({ quality }) : image.png()).toBuffer()
}

let p3: Promise<Buffer | undefined> | undefined

/** The ICC profile of Display P3, as sharp brings it along. */
export function profileP3(): Promise<Buffer | undefined> {
  p3 ??= sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
    .withIccProfile('p3')
    .png()
    .toBuffer()
    .then(async (picture) => (await sharp(picture).metadata()).icc)
  return p3
}

/** Resizes a picture, and cuts out the part that is shown. */
function sized(image: Sharp, { width, height, cut }: Settings): Sharp {
  if (!cut) return image.resize({ width, height, fit: 'fill' })
  const { whole, from } = cut
  if (typeof from === 'string') return image.resize({ width, height, fit: 'cover', position: sharp.strategy[from] })
  return image.resize({ ...whole, fit: 'fill' }).extract({ ...from, width, height })
}

/** How many pixels a blur reaches at most. Time goes with the square of that, so a wider blur is made on a smaller picture. */
const REACH = 4

/** sharp refuses to blur by less. */
const LEAST_REACH = 0.3

const reachOf = ({ width, height }: Settings, thousandths: number): number =>
  (Math.max(width, height) * thousandths) / 1_000

/** The settings to blur with: in a smaller size where the blur is wide, as little is left that needs pixels. */
function blurringAt(settings: Settings, thousandths: number): Settings {
  const reach = reachOf(settings, thousandths)
  return reach > REACH ? atWidth(settings, Math.max(1, Math.round((settings.width * REACH) / reach))) : settings
}

/** @param image in the size that it is blurred at */
async function blurred(image: Sharp, settings: Settings, thousandths: number): Promise<Sharp> {
  const reach = Math.max(LEAST_REACH, Math.min(REACH, reachOf(settings, thousandths)))
  const made = await image.blur(reach).tiff({ compression: 'none' }).toBuffer()
  return sharp(made).resize({ width: settings.width, height: settings.height, fit: 'fill', kernel: 'cubic' })
}
