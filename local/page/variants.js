/** Variants of a picture, and their URLs. Every value is snapped to the ladders at the edge. */

/** @typedef {{ width: string, crop: string, quality: string, format: string }} Choice each empty for the default */

/** @type {Readonly<Choice>} */
export const OPEN = { width: '', crop: '', quality: '', format: '' }

/** The widths of the default ladder that screens need. */
const WIDTHS = [128, 256, 384, 640, 750, 828, 1080, 1200, 1920, 2048, 3840]

/** The choices: each parameter with its title, then its values with their names. */
export const CHOICES = /** @type {const} */ ([
  [
    'width',
    'Width',
    [
      ['', 'As shown'],
      ['256', '256'],
      ['640', '640'],
      ['1200', '1200'],
      ['1920', '1920'],
    ],
  ],
  [
    'crop',
    'Crop',
    [
      ['', 'None'],
      ['1:1', '1:1'],
      ['3:2', '3:2'],
      ['16:9', '16:9'],
      ['2:3', '2:3'],
    ],
  ],
  [
    'quality',
    'Quality',
    [
      ['', 'Default'],
      ['90', '90'],
      ['65', '65'],
      ['50', '50'],
    ],
  ],
  [
    'format',
    'Format',
    [
      ['', 'Negotiated'],
      ['webp', 'WebP'],
      ['jpg', 'JPEG'],
      ['png', 'PNG'],
    ],
  ],
])

/**
 * A drawing that passes through as it is.
 * @param {{ path: string }} sample
 */
export const isVector = ({ path }) => /\.svg(?:\?|$)/i.test(path)

/** @param {{ path: string }} sample */
export const isText = ({ path }) => /\.(?:json|txt|css|js|html?)(?:\?|$)/i.test(path)

/**
 * Height divided by width; 0: it is not cropped.
 * @param {string} crop such as `3:2`
 */
export function heightByWidth(crop) {
  const [across, down] = crop.split(':').map(Number)
  return across && down ? down / across : 0
}

/**
 * @param {string} path
 * @param {Choice} choice
 * @param {number} width in pixels
 */
export function urlOf(path, { crop, quality, format }, width) {
  const tall = heightByWidth(crop)
  const query = [
    `w=${width}`,
    tall > 0 && `h=${Math.round(width * tall)}&fit=crop`,
    quality && `q=${quality}`,
    format && `fm=${format}`,
  ]
  return `${path}${path.includes('?') ? '&' : '?'}${query.filter(Boolean).join('&')}`
}

/**
 * A `srcset` of the rungs up to the first that holds the whole picture.
 * @param {string} path
 * @param {Choice} choice
 * @param {number} most the picture's own width; 0: not known
 */
export function srcsetOf(path, choice, most) {
  const last = most > 0 ? WIDTHS.findIndex((width) => width >= most) : WIDTHS.indexOf(1920)
  const rungs = WIDTHS.slice(0, last < 0 ? undefined : last + 1)
  return rungs.map((width) => `${urlOf(path, choice, width)} ${width}w`).join(', ')
}
