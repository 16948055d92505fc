/** libheif in WebAssembly, by its C interface: one picture of one file. Runs in the worker thread alone. */
import libheif, { type MainModule } from 'libheif-js/libheif-wasm/libheif.js'

export type HeicHeader = {
  /** Pixels of the primary image, as it is shown: `irot` and `imir` are libheif's to apply. */
  width: number
  height: number
  hasAlpha: boolean
  /** Its ICC profile; absent: none. */
  profile?: Uint8Array
  /** Where there is no profile: ITU-T H.273, 8.1 and 8.2; 2: not told. */
  primaries: number
  transfer: number
}

/** `too-many-pixels`: its heap would have grown beyond what it may have. */
export class LibheifError extends Error {
  override name = 'LibheifError'
  readonly reason: 'unsupported' | 'corrupt' | 'too-many-pixels'
  /** Whether its heap is larger than at first. */
  readonly hasGrown: boolean

  constructor(message: string, reason: LibheifError['reason'], hasGrown: boolean) {
    super(message)
    this.reason = reason
    this.hasGrown = hasGrown
  }
}

export type HeicPicture = {
  header: HeicHeader
  /** Whether its heap is larger than at first, by now. */
  hasGrown(): boolean
  /**
   * @param into rows of three or four bytes a pixel, one right after the other
   * @throws LibheifError
   */
  decode(into: Uint8Array): void
}

/** Its types are those of an ES module, which it is not. */
const createLibheif = libheif as unknown as (options: object) => MainModule

/** libheif/heif_error.h: what a later release may well be able to do. */
const UNSUPPORTED_FILETYPE = 3
const UNSUPPORTED_FEATURE = 4

/**
 * libheif/heif_error.h, suberrors: the coded picture names its colour primaries, transfer or matrix by a number that ITU-T H.273
 * gives no meaning. Some phones write such numbers, beside a colour profile that is right and that counts.
 */
const UNKNOWN_COLOURS: readonly number[] = [133, 134, 135]

/** libheif/heif_image.h. */
const COLORSPACE_RGB = 1
const CHROMA_RGB = 10
const CHROMA_RGBA = 11
const CHANNEL_INTERLEAVED = 10

/** libheif/heif_decoding.h, `heif_decoding_options`, with pointers of 32 bits. */
const CONVERT_TO_8_BITS = 20
const STRICT = 21

/** libheif/heif_color.h, `heif_color_profile_nclx`. */
const PRIMARIES = 4
const TRANSFER = 8

const PAGE_BYTES = 65_536

/** Bytes of a `heif_error`: two numbers and a text; there is room for any result beside it. */
const RESULT_BYTES = 16

/**
 * Reads the file, and decodes nothing yet. Nothing is given back: the heap goes with the thread, or as a whole when the next
 * picture has another one.
 * @param most bytes that the heap may grow to; a thread's `resourceLimits` do not count it
 * @throws LibheifError
 */
export function readHeic(bytes: Uint8Array, compiled: WebAssembly.Module, most: number): HeicPicture {
  const { module, isFull, hasGrown } = instantiate(compiled, most)
  const [error, result] = [module._malloc(RESULT_BYTES), module._malloc(RESULT_BYTES)]
  const number = (at: number): number => module.HEAPU32[at >> 2]
  const fail = (said: string, code = 0): never => {
    const isUnsupported = code === UNSUPPORTED_FILETYPE || code === UNSUPPORTED_FEATURE
    throw new LibheifError(said, isFull() ? 'too-many-pixels' : isUnsupported ? 'unsupported' : 'corrupt', hasGrown())
  }
  /** What ends in an abort, or in a C++ exception, is a number or an error of WebAssembly's. */
  const attempt = <T>(step: () => T): T => {
    try {
      return step()
    } catch (cause) {
      throw cause instanceof LibheifError ? cause : fail(`libheif: ${cause}`)
    }
  }
  const check = (): void => {
    if (number(error) !== 0) fail(`libheif: ${textAt(module, number(error + 8))}`, number(error))
  }
  const checked = (step: () => void): void =>
    attempt(() => {
      step()
      check()
    })

  const isUnknownColours = (): boolean => number(error) !== 0 && UNKNOWN_COLOURS.includes(number(error + 4))
  /** Warnings of unknown colours are passed over; any other one, such as of a missing tile, is an error. */
  const checkWarnings = (image: number): void => {
    const count = module._heif_image_get_decoding_warnings(image, 0, error, 0)
    for (let i = 0; i < count; i += 1) {
      module._heif_image_get_decoding_warnings(image, i, error, 1)
      if (!isUnknownColours()) check()
    }
  }

  const handle = attempt(() => {
    const context = module._heif_context_alloc()
    const file = module._malloc(bytes.length)
    if (file === 0) fail('no memory for the file')
    module.HEAPU8.set(bytes, file)
    checked(() => module._heif_context_read_from_memory_without_copy(error, context, file, bytes.length, 0))
    checked(() => module._heif_context_get_primary_image_handle(error, context, result))
    return number(result)
  })
  const header = attempt(() => headerOf(module, handle, { error, result }))

  return {
    header,
    hasGrown,
    decode: (into) =>
      attempt(() => {
        const options = module._heif_decoding_options_alloc()
        module.HEAPU8[options + CONVERT_TO_8_BITS] = 1
        const chroma = header.hasAlpha ? CHROMA_RGBA : CHROMA_RGB
        // Where it is not strict, a tile that is missing is left black.
        const decodeAs = (strict: 0 | 1) => {
          module.HEAPU8[options + STRICT] = strict
          module._heif_decode_image(error, handle, result, COLORSPACE_RGB, chroma, options)
        }
        decodeAs(1)
        const isColoursOnly = isUnknownColours()
        if (isColoursOnly) decodeAs(0)
        check()
        const image = number(result)
        if (isColoursOnly) checkWarnings(image)
        const width = module._heif_image_get_width(image, CHANNEL_INTERLEAVED)
        const height = module._heif_image_get_height(image, CHANNEL_INTERLEAVED)
        if (width !== header.width || height !== header.height) {
          fail(`it says ${header.width}x${header.height}, and is ${width}x${height}`)
        }
        const plane = module._heif_image_get_plane_readonly(image, CHANNEL_INTERLEAVED, result)
        const rowBytes = width * (header.hasAlpha ? 4 : 3)
        const stride = number(result)
        for (let row = 0; row < height; row += 1) {
          const from = plane + row * stride
          into.set(module.HEAPU8.subarray(from, from + rowBytes), row * rowBytes)
        }
        if (module._heif_image_is_premultiplied_alpha(image)) divideByAlpha(into)
      }),
  }
}

type Instance = { module: MainModule; isFull(): boolean; hasGrown(): boolean }

function instantiate(compiled: WebAssembly.Module, most: number): Instance {
  let [isFull, hasGrown] = [false, false]
  const instantiateWasm = (imports: WebAssembly.Imports, receive: (instance: WebAssembly.Instance) => unknown) => {
    const instance = new WebAssembly.Instance(compiled, imports)
    const memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory)
    if (!memory) throw new LibheifError('expected a module that exports its memory, found none', 'unsupported', false)
    const grow = memory.grow.bind(memory)
    memory.grow = (pages) => {
      hasGrown = true
      if (memory.buffer.byteLength + pages * PAGE_BYTES <= most) return grow(pages)
      isFull = true
      throw new RangeError(`more than ${most} bytes`)
    }
    return receive(instance)
  }
  const silent = () => {}
  const module = createLibheif({ instantiateWasm, print: silent, printErr: silent })
  return { module, isFull: () => isFull, hasGrown: () => hasGrown }
}

type Scratch = { error: number; result: number }

function headerOf(module: MainModule, handle: number, { error, result }: Scratch): HeicHeader {
  const header = {
    width: module._heif_image_handle_get_width(handle),
    height: module._heif_image_handle_get_height(handle),
    hasAlpha: module._heif_image_handle_has_alpha_channel(handle) === 1,
    primaries: 2,
    transfer: 2,
  }
  const size = module._heif_image_handle_get_raw_color_profile_size(handle)
  if (size > 0) {
    const at = module._malloc(size)
    module._heif_image_handle_get_raw_color_profile(error, handle, at)
    if (module.HEAPU32[error >> 2] === 0) return { ...header, profile: module.HEAPU8.slice(at, at + size) }
  }
  module._heif_image_handle_get_nclx_color_profile(error, handle, result)
  if (module.HEAPU32[error >> 2] !== 0) return header
  const profile = module.HEAPU32[result >> 2]
  return {
    ...header,
    primaries: module.HEAPU32[(profile + PRIMARIES) >> 2],
    transfer: module.HEAPU32[(profile + TRANSFER) >> 2],
  }
}

function textAt(module: MainModule, at: number): string {
  const bytes: Uint8Array = module.HEAPU8
  return Buffer.from(bytes.subarray(at, bytes.indexOf(0, at))).toString('latin1')
}

/** Colours that were multiplied by their alpha, in place. */
function divideByAlpha(pixels: Uint8Array): void {
  for (let at = 0; at + 3 < pixels.length; at += 4) {
    const alpha = pixels[at + 3] as number
    if (alpha === 0 || alpha === 255) continue
    for (let i = at; i < at + 3; i += 1) pixels[i] = Math.min(255, Math.round(((pixels[i] as number) * 255) / alpha))
  }
}
