/**
 * JPEGs with a second picture behind the first, as phones and stereo cameras write them: CIPA DC-007 (MPF), and Ultra HDR
 * (Android's "Ultra HDR Image Format v1.1"), whose second picture says how much brighter each point is.
 */

/** ISO/IEC 10918-1, B.1.1.4: a marker, the length with itself, the data. */
function segment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(data.length + 2, 2)
  return Buffer.concat([head, data])
}

const behindStart = (jpeg: Buffer, ...segments: Buffer[]): Buffer =>
  Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)])

const MPF_BYTES = 4 + 2 + 4 + 8 + 2 + 3 * 12 + 4 + 2 * 16

/** DC-007, 5.2: an index of two pictures. Offsets count from behind `MPF\0`; that of the first is 0. @param at where the segment begins */
function multiPictureIndex(type: number, sizes: readonly [number, number], at: number): Buffer {
  const tiff = Buffer.alloc(MPF_BYTES - 8)
  tiff.write('MM\0*', 0, 'latin1')
  tiff.writeUInt32BE(8, 4)
  tiff.writeUInt16BE(3, 8)
  const entry = (index: number, tag: number, kind: number, count: number, value: number) => {
    const from = 10 + index * 12
    tiff.writeUInt16BE(tag, from)
    tiff.writeUInt16BE(kind, from + 2)
    tiff.writeUInt32BE(count, from + 4)
    tiff.writeUInt32BE(value, from + 8)
  }
  entry(0, 0xb000, 7, 4, 0x30313030)
  entry(1, 0xb001, 4, 1, 2)
  entry(2, 0xb002, 7, 32, 50)
  const pictures = [
    [0x20000000 | type, sizes[0], 0],
    [0, sizes[1], sizes[0] - (at + 8)],
  ] as const
  pictures.forEach(([attribute, size, offset], i) => {
    tiff.writeUInt32BE(attribute, 50 + i * 16)
    tiff.writeUInt32BE(size, 54 + i * 16)
    tiff.writeUInt32BE(offset, 58 + i * 16)
  })
  return segment(0xe2, Buffer.concat([Buffer.from('MPF\0', 'latin1'), tiff]))
}

const HDR_XMP = `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"/></rdf:RDF></x:xmpmeta>`

/** `disparity`: an MPO of a stereo camera; `gain-map`: an Ultra HDR photograph. */
export function multiPicture(kind: 'disparity' | 'gain-map', first: Buffer, second: Buffer): Buffer {
  const xmp = kind === 'gain-map' ? [segment(0xe1, Buffer.from(HDR_XMP, 'latin1'))] : []
  const at = 2 + Buffer.concat(xmp).length
  const size = first.length + at - 2 + MPF_BYTES
  const type = kind === 'gain-map' ? 0x030000 : 0x020002
  const index = multiPictureIndex(type, [size, second.length], at)
  return Buffer.concat([behindStart(first, ...xmp, index), second])
}
