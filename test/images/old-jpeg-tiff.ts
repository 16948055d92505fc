/** TIFF 6.0, 22, as was drawn back by Technical Note 2: JPEG in tiles, of which libtiff decodes none by itself. */
import { uint16LE, uint32LE } from './tiff.ts'

const TILE = 128

type Entry = readonly [tag: number, type: 3 | 4, count: number, value: number]

/** Two tiles side by side. @param tile a JPEG of 128×128 pixels @param compression 6: old-style; 7: as it is now */
export function jpegTiff(tile: Buffer, compression: 6 | 7): Buffer {
  const first = 8
  const second = first + tile.length
  const bits = (second + tile.length + 1) & ~1
  const offsets = bits + 6
  const counts = offsets + 8
  const directory = counts + 8
  const old: Entry[] = [
    [512, 3, 1, 1],
    [513, 4, 1, first],
    [514, 4, 1, tile.length],
  ]
  const entries: Entry[] = [
    [256, 4, 1, 2 * TILE],
    [257, 4, 1, TILE],
    [258, 3, 3, bits],
    [259, 3, 1, compression],
    [262, 3, 1, 6],
    [277, 3, 1, 3],
    [284, 3, 1, 1],
    [322, 3, 1, TILE],
    [323, 3, 1, TILE],
    [324, 4, 2, offsets],
    [325, 4, 2, counts],
    ...(compression === 6 ? old : []),
    [530, 3, 2, 0x00010001],
  ]
  return Buffer.concat([
    Buffer.from('II*\0', 'latin1'),
    uint32LE(directory),
    ...[tile, tile],
    Buffer.alloc(bits - second - tile.length),
    uint16LE(8, 8, 8),
    ...[first, second, tile.length, tile.length].map(uint32LE),
    uint16LE(entries.length),
    ...entries.map(([tag, type, count, value]) =>
      Buffer.concat([uint16LE(tag, type), uint32LE(count), uint32LE(value)]),
    ),
    uint32LE(0),
  ])
}
