/** TIFF 6.0, little-endian: what is needed to say that a picture is there. */

export const uint32LE = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

export const uint16LE = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 2)
  values.forEach((value, i) => {
    bytes.writeUInt16LE(value, i * 2)
  })
  return bytes
}

/** `offset`: of the pixels in the file, of which there are `bytes`. */
export type Page = { width: number; height: number; offset: number; bytes: number }

/** A page of grey, uncompressed, in one strip; section 4. `next`: the offset of the next directory, 0 for none. */
export function tiffDirectory({ width, height, offset, bytes }: Page, next: number): Buffer {
  const entries = [
    [256, width],
    [257, height],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, offset],
    [277, 1],
    [278, height],
    [279, bytes],
  ] as const
  return Buffer.concat([
    uint16LE(entries.length),
    ...entries.map(([tag, value]) => Buffer.concat([uint16LE(tag, 4), uint32LE(1), uint32LE(value)])),
    uint32LE(next),
  ])
}
