/** The pictures that the image tests are about, one of every kind, made by sharp when they are first asked for. */
import sharp, { type Sharp } from 'sharp'
import { animation, photo } from './pictures.ts'

export type Kind = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif'

/** Width and height are what a viewer sees: upright, of one frame. */
export type Fixture = {
  name: string
  kind: Kind
  bytes: Buffer
  width: number
  height: number
  /** 1: a still picture. */
  frames: number
}

export const WIDTH = 120
export const HEIGHT = 80
/** Milliseconds, by frame. */
export const DELAYS = [70, 120, 30, 200]
export const LOOP = 3

const still = () => photo(WIDTH, HEIGHT)
const withAlpha = () => photo(WIDTH, HEIGHT, { alpha: true })
/** Smaller, so that it takes no longer than a still one. */
const animated = () => animation(WIDTH / 2, HEIGHT / 2, DELAYS.length)

/** Every name that a camera or an editor might leave behind. */
const EXIF = {
  IFD0: { Copyright: 'Example', Make: 'Camera', ImageDescription: 'a secret place' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1', GPSLongitudeRef: 'E', GPSLongitude: '0/1 7/1 0/1' },
}
const XMP = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"/><?xpacket end="w"?>`

/** TIFF's own palette of encoders, in tiles and in strips. */
const pages = async (): Promise<Sharp> => {
  const page = await still().png().toBuffer()
  return sharp([page, page], { join: { animated: true } })
}

type Recipe = readonly [name: string, kind: Kind, make: () => Sharp | Promise<Sharp>]

const RECIPES: readonly Recipe[] = [
  ['jpeg', 'jpeg', () => still().jpeg()],
  ['jpeg, progressive', 'jpeg', () => still().jpeg({ progressive: true })],
  ['jpeg, grey', 'jpeg', () => still().toColourspace('b-w').jpeg()],
  ['jpeg, CMYK', 'jpeg', () => still().toColourspace('cmyk').jpeg()],
  ['jpeg, 4:4:4', 'jpeg', () => still().jpeg({ chromaSubsampling: '4:4:4' })],
  ['jpeg, P3', 'jpeg', () => still().withIccProfile('p3').jpeg()],
  ['jpeg, with EXIF and XMP', 'jpeg', () => still().withExif(EXIF).withXmp(XMP).withIccProfile('p3').jpeg()],
  ['png', 'png', () => still().png()],
  ['png, interlaced', 'png', () => still().png({ progressive: true })],
  ['png, palette', 'png', () => still().png({ palette: true, colours: 16 })],
  ['png, 16 bits', 'png', () => still().toColourspace('rgb16').png()],
  ['png, grey', 'png', () => still().toColourspace('b-w').png()],
  ['png, alpha', 'png', () => withAlpha().png()],
  ['png, with EXIF and XMP', 'png', () => still().withExif(EXIF).withXmp(XMP).withIccProfile('p3').png()],
  ['webp', 'webp', () => still().webp()],
  ['webp, alpha', 'webp', () => withAlpha().webp()],
  ['webp, lossless', 'webp', () => still().webp({ lossless: true })],
  ['webp, animated', 'webp', () => animated().webp({ loop: LOOP, delay: DELAYS })],
  ['gif', 'gif', () => still().gif()],
  ['gif, animated', 'gif', () => animated().gif({ loop: LOOP, delay: DELAYS })],
  ['tiff, lzw', 'tiff', () => still().tiff({ compression: 'lzw' })],
  ['tiff, jpeg', 'tiff', () => still().tiff({ compression: 'jpeg' })],
  ['tiff, tiles', 'tiff', () => still().tiff({ compression: 'deflate', tile: true, tileWidth: 32, tileHeight: 32 })],
  ['tiff, alpha', 'tiff', () => withAlpha().tiff({ compression: 'lzw' })],
  ['tiff, pages', 'tiff', async () => (await pages()).tiff({ compression: 'lzw' })],
  ['avif', 'avif', () => still().avif({ effort: 0, chromaSubsampling: '4:2:0' })],
  ['avif, alpha', 'avif', () => withAlpha().avif({ effort: 0 })],
]

export const FIXTURE_NAMES: readonly string[] = RECIPES.map(([name]) => name)

const made = new Map<string, Promise<Fixture>>()

/** The same bytes for every call. */
export function fixture(name: string): Promise<Fixture> {
  const existing = made.get(name)
  if (existing) return existing
  const making = make(name)
  made.set(name, making)
  return making
}

async function make(name: string): Promise<Fixture> {
  const recipe = RECIPES.find(([known]) => known === name)
  if (!recipe) throw new Error(`there is no fixture named ${name}`)
  const [, kind, picture] = recipe
  const bytes = await (await picture()).toBuffer()
  const isAnimated = name.endsWith('animated')
  const [width, height] = isAnimated ? [WIDTH / 2, HEIGHT / 2] : [WIDTH, HEIGHT]
  return { name, kind, bytes, width, height, frames: isAnimated ? DELAYS.length : 1 }
}

export const fixtures = (): Promise<Fixture[]> => Promise.all(FIXTURE_NAMES.map(fixture))
