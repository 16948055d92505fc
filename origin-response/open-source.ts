/** What a source is, told before it is decoded; and its bytes as the renderer takes them. */
import type { ImageLimit } from '../edge/rules.ts'
import type { Facts } from './facts.ts'
import { isHeic } from './formats.ts'
import type { HeicHeader } from './libheif.ts'
import { type Original, original } from './original.ts'

/** `bytes` that the renderer decodes, and what they are. */
export type Readable = { kind: 'readable'; bytes: Buffer; facts: Facts }

export type OpenSource = {
  kind: 'open'
  facts: Facts
  /** Once. Does not reject. */
  read(milliseconds: number): Promise<Readable | Original>
  /** What was begun is ended. */
  close(): Promise<void>
}

type Renderer = Pick<typeof import('./render.ts'), 'inspect' | 'profileP3'>

type Means = {
  renderer: Renderer
  limit: Pick<ImageLimit, 'heic'>
  /** MB that decoding a HEIC may take; `isLess`: than where nothing was decoded before. */
  room: () => { most: number; isLess: boolean }
  /** Milliseconds. */
  time: number
}

/** Does not reject. */
export async function openSource(
  bytes: Buffer,
  { renderer, limit, room, time }: Means,
): Promise<OpenSource | Original> {
  if (limit.heic && isHeic(bytes)) return openHeicSource(bytes, renderer, room(), time)
  const inspected = await renderer.inspect(bytes)
  if (inspected.kind === 'original') return inspected
  const { facts } = inspected
  return { kind: 'open', facts, read: async () => ({ kind: 'readable', bytes, facts }), close: async () => {} }
}

async function openHeicSource(
  bytes: Buffer,
  renderer: Renderer,
  { most, isLess }: { most: number; isLess: boolean },
  time: number,
): Promise<OpenSource | Original> {
  const { openHeic } = await import('./heic.ts')
  const opened = await openHeic(bytes, most, time)
  // A fresh process may have room for it.
  const refused = ({ reason, detail }: Original): Original =>
    original(reason === 'too-many-pixels' && isLess ? 'disabled' : reason, detail)
  if (opened.kind === 'original') return refused(opened)
  const { header, decode, close } = opened
  if (HDR_TRANSFERS.includes(header.transfer)) {
    await close()
    return original('unsupported', `its brightness is that of HDR (transfer ${header.transfer})`)
  }
  const facts = factsOf(header)
  return {
    kind: 'open',
    facts,
    close,
    async read(milliseconds) {
      const profile = header.primaries === P3_PRIMARIES ? await renderer.profileP3() : undefined
      const decoded = await decode(profile, milliseconds)
      if (decoded.kind === 'original') return refused(decoded)
      return { kind: 'readable', bytes: decoded.tiff, facts: { ...facts, format: 'tiff' } }
    },
  }
}

/** ITU-T H.273, 8.1: Display P3 (SMPTE EG 432-1), where no ICC profile says so. */
const P3_PRIMARIES = 12

/** ITU-T H.273, 8.2: PQ and HLG. Shown as they are, they would be dull: that takes tone mapping. */
const HDR_TRANSFERS = [16, 18]

const factsOf = ({ width, height, hasAlpha }: HeicHeader): Facts => ({
  format: 'heic',
  width,
  height,
  frames: 1,
  hasMorePages: false,
  isPalette: false,
  hasAlpha,
  isProgressive: false,
  scans: 1,
  isTurned: false,
  orientation: 1,
  hasDeepProfile: false,
  pixelBytes: hasAlpha ? 4 : 3,
})
