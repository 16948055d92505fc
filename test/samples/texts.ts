/** Samples that are no pictures of points: a drawing that passes through as it is, and a text worth compressing. */

/** A dark disc with light along its edge. */
export const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" width="240" height="240" viewBox="0 0 240 240" role="img" aria-label="Rimlight">
  <defs>
    <linearGradient id="rim" x1="1" y1="0" x2="0.2" y2="0.8">
      <stop offset="0" stop-color="#fff3d6"/>
      <stop offset="0.3" stop-color="#ffc46b"/>
      <stop offset="0.62" stop-color="#e8743b" stop-opacity="0.75"/>
      <stop offset="1" stop-color="#e8743b" stop-opacity="0"/>
    </linearGradient>
    <radialGradient id="body" cx="0.36" cy="0.66" r="0.75">
      <stop offset="0" stop-color="#0e1424"/>
      <stop offset="0.8" stop-color="#1a2440"/>
      <stop offset="1" stop-color="#4b3a52"/>
    </radialGradient>
    <radialGradient id="air" cx="0.56" cy="0.44" r="0.42">
      <stop offset="0.7" stop-color="#ffb566" stop-opacity="0.55"/>
      <stop offset="1" stop-color="#ffb566" stop-opacity="0"/>
    </radialGradient>
  </defs>
  <circle cx="120" cy="120" r="118" fill="url(#air)"/>
  <circle cx="120" cy="120" r="84" fill="url(#body)"/>
  <path fill="url(#rim)" d="M60.6 60.6A84 84 0 1 1 179.4 179.4A87 87 0 0 0 60.6 60.6Z"/>
</svg>
`

type Caption = { path: string; width: number; height: number; about: string }

/** A list of the pictures, as an application might ask for it. */
export const galleryJson = (pictures: readonly Caption[]): string =>
  `${JSON.stringify(
    {
      title: 'Eight pictures that nobody took',
      about:
        'Every picture here is computed, point by point, by a script of this project. Asked for through the distribution, this list is a text of more than 1,000 bytes, so it comes compressed to whoever accepts that.',
      pictures: pictures.map(({ path, width, height, about }) => ({
        url: `/${path}`,
        title: about,
        size: { width, height, unit: 'px' },
        renditions: { small: `/${path}?w=640`, square: `/${path}?w=640&h=640&fit=crop`, light: `/${path}?w=1200&q=50` },
      })),
    },
    null,
    2,
  )}\n`
