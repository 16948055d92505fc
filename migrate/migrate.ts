/**
 * `rimlight/migrate`, for scripts and applications that move over: URLs of other image services become those of the site, with a
 * list of what could not be kept. Nothing is fetched, and nothing is thrown for a URL, however odd: what is none of the
 * service's comes back as `other`, with the reason.
 *
 * @example
 * ```ts
 * import { migrate } from 'rimlight/migrate'
 * import { siteOf } from 'rimlight/urls'
 * import config from './edge.config.ts'
 *
 * const found = migrate(siteOf(config), 'https://res.cloudinary.com/demo/image/upload/w_300/sample.jpg')
 * if (found.kind === 'url') console.log(found.url, found.lost)
 * ```
 */
import { inQuotes } from '../urls/invalidation.ts'
import type { Site } from '../urls/urls.ts'
import { type CloudinaryOptions, fromCloudinary } from './cloudinary.ts'
import { fromImgix, type ImgixOptions } from './imgix.ts'
import { fromNextImage } from './next-image.ts'
import { type KeyOptions, type Migrated, other } from './result.ts'
import { fromS3, type S3Options } from './s3.ts'

export { type CloudinaryOptions, fromCloudinary } from './cloudinary.ts'
export { fromImgix, type ImgixOptions } from './imgix.ts'
export { fromNextImage } from './next-image.ts'
export type { KeyOptions, Lost, Migrated } from './result.ts'
export { fromS3, type S3Options } from './s3.ts'

/** What each of the services takes. */
export type MigrateOptions = {
  cloudinary?: CloudinaryOptions
  imgix?: ImgixOptions
  nextImage?: KeyOptions
  s3?: S3Options
}

/**
 * The URL of whichever of these services a URL is of, told from its host and path. A text, such as a page, has URLs among
 * other things: those are for the caller to find.
 *
 * @returns `other` for a URL of none of them, and for one whose picture is in none of the site's buckets
 */
export function migrate(site: Site, url: string, options: MigrateOptions = {}): Migrated {
  const ways = [
    () => fromCloudinary(site, url, options.cloudinary),
    () => fromImgix(site, url, options.imgix),
    () => fromNextImage(site, url, options.nextImage),
    () => fromS3(site, url, options.s3),
  ]
  for (const way of ways) {
    const found = way()
    if (found.kind === 'url' || found.isTheirs) return found
  }
  return other(`expected a URL of Cloudinary, imgix, next/image or S3, found ${inQuotes(url)}`, false)
}
