/** What pages show until a picture is there, for routes with `previews`. Not in a bundle that does not ask for it. */
import { OTHER_IMAGE_PARAMETERS, VARIANT_PARAMETERS } from '../edge/variant.ts'
import { placeOfUrl, takesImages } from './place.ts'
import type { Site } from './site.ts'

/** Bytes; a preview has some hundreds. */
const MOST_BYTES = 4_096

/**
 * The URL of a picture's preview: a WebP 16 pixels wide, of some hundred bytes.
 *
 * @example
 * ```ts
 * previewUrl(site, '/a.jpg?v=7&w=640') // '/a.jpg?v=7&fm=preview'
 * ```
 * @param url of the CDN, or a path that begins with `/`
 * @returns empty where there is none: on a route without `previews`, or for what takes no image parameters
 */
export function previewUrl(site: Site, url: string): string {
  const place = placeOfUrl(site, url)
  if (place.kind === 'nowhere' || !takesImages(place) || !place.route.previews) return ''
  const [, path = '', query = ''] = /^([^?#]*)\??([^#]*)/.exec(url) ?? []
  const names = [...VARIANT_PARAMETERS, ...OTHER_IMAGE_PARAMETERS]
  const kept = query.split('&').filter((parameter) => parameter && !names.includes(parameter.replace(/=.*/s, '')))
  return `${path}?${[...kept, 'fm=preview'].join('&')}`
}

/**
 * The same as a data URL: what Next.js's `blurDataURL` and Nuxt Image's `placeholder` take. It is fetched: best where a page
 * is rendered, once for each picture and version. `rimlight publish --previews` writes the same for what it publishes.
 *
 * @example
 * ```tsx
 * <Image src={src} placeholder="blur" blurDataURL={await previewDataUrl(site, src)} … />
 * ```
 * @param url of the CDN; a path as well where `options.fetch` takes one
 * @param options `fetch`: default the global one; `signal`: ends it
 * @returns `undefined` where there is none, or the edge gave the original in its place
 * @throws what `fetch` throws
 */
export async function previewDataUrl(
  site: Site,
  url: string,
  options: { fetch?: typeof globalThis.fetch; signal?: AbortSignal } = {},
): Promise<string | undefined> {
  const preview = previewUrl(site, url)
  if (!preview) return undefined
  const response = await (options.fetch ?? fetch)(preview, options.signal ? { signal: options.signal } : {})
  const bytes = new Uint8Array(await response.arrayBuffer())
  const isPreview = response.ok && response.headers.get('content-type') === 'image/webp' && bytes.length <= MOST_BYTES
  return isPreview ? `data:image/webp;base64,${btoa(String.fromCharCode(...bytes))}` : undefined
}
