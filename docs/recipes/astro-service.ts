import type { ExternalImageService } from 'astro'
import { baseService } from 'astro/assets'

const CDN = 'https://cdn.example.com'

/** `image: { service: { entrypoint: './astro-service.ts' } }` in astro.config.ts. */
const service: ExternalImageService = {
  ...baseService,
  getURL({ src, width, height, fit, quality }) {
    const url = new URL(typeof src === 'string' ? src : src.src, CDN)
    if (width) url.searchParams.set('w', `${width}`)
    if (height && fit === 'cover') {
      url.searchParams.set('h', `${height}`)
      url.searchParams.set('fit', 'crop')
    }
    if (quality) url.searchParams.set('q', `${quality}`)
    return url.href
  },
}

export default service
