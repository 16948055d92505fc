/** Pixels as an uncompressed TIFF: what libvips reads row by row, with a profile beside it. */

export type RawPicture = {
  /** Pixels. */
  width: number
  height: number
  hasAlpha: boolean
  /** ICC. */
  profile?: Uint8Array | undefined
}

/** Rows of a strip, which is what libtiff has in memory. */
const STRIP_ROWS = 64

/** TIFF 6.0, 2: types of values, in bytes. */
const SHORT = 3
const LONG = 4
const UNDEFINED = 7
const BYTES_OF_TYPE: Readonly<Record<number, number>> = { [SHORT]: 2, [LONG]: 4, [UNDEFINED]: 1 }

type Tag = [tag: number, type: number, values: readonly number[] | Uint8Array]

/**
 * The file, and the part of it that pixels go to: rows of three or four bytes a pixel.
 * TIFF 6.0, 8 (strips) and 18 (ExtraSamples); ICC.1:2022, B.4 (tag 34675).
 */
export function rawTiff({ width, height, hasAlpha, profile }: RawPicture): { file: Uint8Array; pixels: Uint8Array } {
  const samples = hasAlpha ? 4 : 3
  const rowBytes = width * samples
  const strips = Math.ceil(height / STRIP_ROWS)
  const begins = Array.from({ length: strips }, (_, i) => i * STRIP_ROWS * rowBytes)
  const tagsFrom = (pixelsAt: number): Tag[] => [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, Array.from({ length: samples }, () => 8)],
    [259, SHORT, [1]],
    [262, SHORT, [2]],
    [273, LONG, begins.map((at) => pixelsAt + at)],
    [277, SHORT, [samples]],
    [278, LONG, [STRIP_ROWS]],
    [279, LONG, begins.map((at) => Math.min(STRIP_ROWS * rowBytes, height * rowBytes - at))],
    [284, SHORT, [1]],
    // Alpha that colours were not multiplied by.
    ...(hasAlpha ? [[338, SHORT, [2]] as Tag] : []),
    ...(profile ? [[34675, UNDEFINED, profile] as Tag] : []),
  ]
  const pixelsAt = headerOf(tagsFrom(0)).length
  const file = new Uint8Array(pixelsAt + height * rowBytes)
  file.set(headerOf(tagsFrom(pixelsAt)))
  return { file, pixels: file.subarray(pixelsAt) }
}

/** TIFF 6.0, 2: the file's first bytes, one directory, and the values that it has no room for, each at an even offset. */
function headerOf(tags: readonly Tag[]): Uint8Array {
  const directory = Buffer.alloc(8 + 2 + tags.length * 12 + 4)
  directory.write('II*\0', 0, 'latin1')
  directory.writeUInt32LE(8, 4)
  directory.writeUInt16LE(tags.length, 8)
  const beside: Buffer[] = []
  let end = directory.length
  tags.forEach(([tag, type, values], i) => {
    const bytes = bytesOf(type, values)
    const at = 10 + i * 12
    directory.writeUInt16LE(tag, at)
    directory.writeUInt16LE(type, at + 2)
    directory.writeUInt32LE(values.length, at + 4)
    if (bytes.length <= 4) bytes.copy(directory, at + 8)
    else {
      directory.writeUInt32LE(end, at + 8)
      const even = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)])
      beside.push(even)
      end += even.length
    }
  })
  return Buffer.concat([directory, ...beside])
}

function bytesOf(type: number, values: readonly number[] | Uint8Array): Buffer {
  const size = BYTES_OF_TYPE[type] as number
  const bytes = Buffer.alloc(values.length * size)
  values.forEach((value, i) => {
    bytes.writeUIntLE(value, i * size, size)
  })
  return bytes
}
