/**
 * imgix's parameters (https://docs.imgix.com/apis/rendering), and what of each the edge honours. What is not here is a
 * parameter that imgix has not.
 */

/** Why it has no effect. */
export const REASONS = {
  format: 'no format that is made here',
  shape: 'would distort, enlarge or add to the picture',
  faces: 'finding faces takes a model',
  size: 'w, h and rect say as much',
  looks: 'pictures are shown as they are',
  marks: 'texts and marks belong to the page',
  encoders: 'encoders are set once for all',
  delivery: 'headers and signatures are not its business',
  data: 'answers with data in place of the picture',
} as const

export type Ineffective = keyof typeof REASONS

/**
 * - a pattern: the values that the edge honours, and why not the others
 * - `'nothing'`: the edge does that by itself, or it changes no picture
 * - a reason: it has no effect
 */
export type Honoured = { values: RegExp; otherwise: Ineffective } | 'nothing' | Ineffective

const number = { values: /^\d+(?:\.\d+)?$|^\.\d+$/, otherwise: 'shape' } as const

/** By name, and by the beginnings of names that end in `*`. */
export const IMGIX_PARAMETERS: Readonly<Record<string, Honoured>> = {
  w: number,
  h: number,
  'max-w': number,
  'max-h': number,
  dpr: number,
  ar: { values: /^\d+(?:\.\d+)?:\d+(?:\.\d+)?$/, otherwise: 'shape' },
  fit: { values: /^(?:crop|min|max|clip)$/, otherwise: 'shape' },
  crop: { values: /^(?:top|bottom|left|right|faces|attention|entropy|edges|focalpoint)(?:,\w+)*$/, otherwise: 'shape' },
  'fp-x': number,
  'fp-y': number,
  rect: { values: /^\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?){3}$/, otherwise: 'shape' },
  q: { values: /^(?:\d+(?:\.\d+)?|auto)$/, otherwise: 'shape' },
  fm: { values: /^(?:webp|jpe?g|pjpg|png|avif)$/, otherwise: 'format' },
  auto: 'nothing',
  ixlib: 'nothing',
  ixid: 'nothing',
  s: 'nothing',
  'min-w': 'shape',
  'min-h': 'shape',
  'fp-z': 'size',
  'fp-debug': 'looks',
  trim: 'size',
  'trim-*': 'size',
  'fill*': 'shape',
  bg: 'shape',
  'bg-*': 'shape',
  'pad*': 'shape',
  'border*': 'shape',
  'grid-*': 'shape',
  face: 'faces',
  'face*': 'faces',
  'txt*': 'marks',
  'mark*': 'marks',
  'blend*': 'marks',
  'mask*': 'marks',
  'corner-radius': 'looks',
  'upscale*': 'shape',
  chromasub: 'encoders',
  colorquant: 'encoders',
  cs: 'encoders',
  icc: 'encoders',
  dpi: 'encoders',
  lossless: 'encoders',
  iptc: 'encoders',
  ch: 'delivery',
  dl: 'delivery',
  expires: 'delivery',
  palette: 'data',
  colors: 'data',
  prefix: 'data',
  'pdf-*': 'data',
  page: 'data',
  ...Object.fromEntries(
    [
      ...['bri', 'con', 'exp', 'gam', 'high', 'hue', 'invert', 'sat', 'shad', 'sharp', 'usm', 'usmrad', 'vib'],
      ...['blur', 'duotone', 'duotone-alpha', 'htn', 'monochrome', 'nr', 'nrs', 'px', 'sepia'],
      ...[
        'rot',
        'rot-type',
        'flip',
        'orient',
        'transparency',
        'jpg-progressive',
        'gif-q',
        'frame',
        'loop',
        'reverse',
        'fps',
      ],
    ].map((name) => [name, 'looks' as const]),
  ),
}

/** A parameter whose value is in Base64 has `64` at its name's end. */
export function honoured(name: string): Honoured | undefined {
  const plain = name.replace(/64$/, '')
  const begins = Object.keys(IMGIX_PARAMETERS).find((one) => one.endsWith('*') && plain.startsWith(one.slice(0, -1)))
  return IMGIX_PARAMETERS[plain] ?? (begins === undefined ? undefined : IMGIX_PARAMETERS[begins])
}
