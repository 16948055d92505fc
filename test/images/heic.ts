/**
 * HEIC files, made here: Debian's `heif-enc` codes pictures in HEVC, and what phones put around them (grids of tiles,
 * rotation, mirrors, depth maps, profiles) is written by these few boxes.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'

/** Why tests are skipped; empty: they are not. */
export const NO_ENCODER = spawnSync('heif-enc', ['--help'], { stdio: 'ignore' }).error
  ? 'heif-enc is not installed: apt-get install libheif-examples'
  : ''

/** @param picture anything that sharp reads @param options of heif-enc */
export async function encodeHeic(picture: Buffer, options: readonly string[] = []): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'rimlight-test-'))
  try {
    const [input, output] = [join(folder, 'a.png'), join(folder, 'a.heic')]
    writeFileSync(input, await sharp(picture).png({ compressionLevel: 1 }).toBuffer())
    execFileSync('heif-enc', ['-q', '90', '-p', 'preset=ultrafast', ...options, input, '-o', output], {
      stdio: 'ignore',
    })
    return readFileSync(output)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A coded picture, and the box that says how its decoder is set up (`hvcC`). */
export type Coded = { width: number; height: number; setup: Buffer; data: Buffer }

/** @param picture without alpha */
export async function codedPicture(picture: Buffer, options: readonly string[] = []): Promise<Coded> {
  const { width = 0, height = 0 } = await sharp(picture).metadata()
  const file = await encodeHeic(picture, options)
  const meta = boxIn(file, 'meta', 0, file.length)
  const within = (type: string, parent: Box, skip = 0) => boxIn(file, type, parent.from + 8 + skip, parent.to)
  const properties = within('ipco', within('iprp', meta, 4))
  const hvcc = within('hvcC', properties)
  const data = boxIn(file, 'mdat', 0, file.length)
  return { width, height, setup: file.subarray(hvcc.from, hvcc.to), data: file.subarray(data.from + 8, data.to) }
}

/** Primaries, transfer and matrix as x265 is told them, and as ITU-T H.273 numbers them. */
const COLOURS = ['colorprim=bt709', 'transfer=iec61966-2-1', 'colormatrix=smpte170m'].flatMap((one) => [
  '-p',
  `x265:${one}`,
])
const NUMBERS = [1, 13, 6]

/** H.273, table 4: reserved. */
const NO_MATRIX = 3

/** As Xiaomi's phones write them: with a matrix that there is none of, in the coded picture itself (ITU-T H.265, E.2.1). */
export async function codedWithoutMatrix(picture: Buffer): Promise<Coded> {
  const coded = await codedPicture(picture, COLOURS)
  const bits = [...coded.setup].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const written = (numbers: readonly number[]) => numbers.map((number) => number.toString(2).padStart(8, '0')).join('')
  const changed = bits.replace(written(NUMBERS), written(NUMBERS.with(2, NO_MATRIX)))
  if (changed === bits) throw new Error('x265 wrote no colours')
  const setup = Buffer.from((changed.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  return { ...coded, setup }
}

type Box = { from: number; to: number }

function boxIn(file: Buffer, type: string, from: number, to: number): Box {
  for (let at = from; at + 8 <= to; at += file.readUInt32BE(at)) {
    if (file.toString('latin1', at + 4, at + 8) === type) return { from: at, to: at + file.readUInt32BE(at) }
  }
  throw new Error(`there is no box ${type}`)
}

const u8 = (...values: number[]): Buffer => Buffer.from(values)
const u16 = (...values: number[]): Buffer => Buffer.concat(values.map((value) => u8(value >> 8, value & 0xff)))
const u32 = (...values: number[]): Buffer => Buffer.concat(values.map((value) => u16(value >>> 16, value & 0xffff)))
const text = (value: string): Buffer => Buffer.from(`${value}\0`, 'latin1')

/** ISO/IEC 14496-12, 4.2. */
const box = (type: string, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body])
}
const fullBox = (type: string, version: number, flags: number, ...parts: Buffer[]): Buffer =>
  box(type, u32(version * 2 ** 24 + flags), ...parts)

/** ISO/IEC 23008-12, 6.5, and ISO/IEC 14496-12, 12.1.5. */
export const PROPERTY = {
  size: (width: number, height: number) => fullBox('ispe', 0, 0, u32(width, height)),
  /** Quarters of a turn, against the clock. */
  rotation: (quarters: number) => box('irot', u8(quarters)),
  /** 0: left and right change places, 1: top and bottom. */
  mirror: (axis: number) => box('imir', u8(axis)),
  auxiliary: (kind: string) => fullBox('auxC', 0, 0, text(kind)),
  profile: (icc: Buffer) => box('colr', Buffer.from('prof', 'latin1'), icc),
  colours: (primaries: number, transfer: number, matrix: number) =>
    box('colr', Buffer.from('nclx', 'latin1'), u16(primaries, transfer, matrix), u8(0x80)),
}

export const DEPTH = 'urn:mpeg:hevc:2015:auxid:2'

export type Item = {
  type: 'hvc1' | 'grid' | 'Exif'
  data: Buffer
  properties: readonly Buffer[]
  isHidden?: boolean
}

type Reference = { type: 'dimg' | 'auxl' | 'thmb' | 'cdsc'; from: number; to: readonly number[] }

/** Items are numbered from 1, in their order. */
export function heicFile(
  items: readonly Item[],
  { primary = 1, references = [] as readonly Reference[] } = {},
): Buffer {
  const properties = [...new Set(items.flatMap((item) => item.properties))]
  const associations = items.map((item, i) => {
    const indexes = item.properties.map((property) => properties.indexOf(property) + 1)
    return Buffer.concat([u16(i + 1), u8(indexes.length), u8(...indexes.map((index) => 0x80 | index))])
  })
  if (properties.length > 127) throw new Error('more properties than a short index counts')
  const infos = items.map(({ type, isHidden }, i) =>
    fullBox('infe', 2, isHidden ? 1 : 0, u16(i + 1, 0), Buffer.from(type, 'latin1'), text('')),
  )
  const links = references.map(({ type, from, to }) => box(type, u16(from, to.length), u16(...to)))
  const metaAt = (dataAt: number): Buffer => {
    let offset = dataAt
    const places = items.map(({ data }, i) => {
      const place = Buffer.concat([u16(i + 1, 0, 1), u32(offset, data.length)])
      offset += data.length
      return place
    })
    return fullBox(
      'meta',
      0,
      0,
      fullBox('hdlr', 0, 0, u32(0), Buffer.from('pict', 'latin1'), u32(0, 0, 0), text('')),
      fullBox('pitm', 0, 0, u16(primary)),
      fullBox('iinf', 0, 0, u16(items.length), ...infos),
      ...(links.length > 0 ? [fullBox('iref', 0, 0, ...links)] : []),
      box('iprp', box('ipco', ...properties), fullBox('ipma', 0, 0, u32(items.length), ...associations)),
      fullBox('iloc', 0, 0, u8(0x44, 0), u16(items.length), ...places),
    )
  }
  const type = box('ftyp', Buffer.from('heic', 'latin1'), u32(0), Buffer.from('mif1heic', 'latin1'))
  const before = type.length + metaAt(0).length + 8
  return Buffer.concat([type, metaAt(before), box('mdat', ...items.map(({ data }) => data))])
}

export const codedItem = ({ width, height, setup, data }: Coded, more: readonly Buffer[] = []): Item => ({
  type: 'hvc1',
  data,
  properties: [setup, PROPERTY.size(width, height), ...more],
})

/** One picture of tiles, as phones make them: in rows, all of one size, cut at the right and at the bottom. */
export function gridFile(
  tiles: readonly Coded[],
  { columns, width, height, more = [] }: { columns: number; width: number; height: number; more?: readonly Buffer[] },
): Buffer {
  const data = Buffer.concat([u8(0, 0, tiles.length / columns - 1, columns - 1), u16(width, height)])
  const grid: Item = { type: 'grid', data, properties: [PROPERTY.size(width, height), ...more] }
  // Tiles that are the same are stored once each all the same, but share their properties.
  const shared = new Map<Coded, readonly Buffer[]>()
  const parts = tiles.map((tile) => {
    const properties = shared.get(tile) ?? codedItem(tile).properties
    shared.set(tile, properties)
    return { ...codedItem(tile), properties, isHidden: true }
  })
  return heicFile([grid, ...parts], {
    references: [{ type: 'dimg', from: 1, to: parts.map((_, i) => i + 2) }],
  })
}
