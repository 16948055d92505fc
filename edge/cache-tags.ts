/**
 * Cache tags: what CloudFront keeps beside a cached object, and invalidates it by. Developer Guide, "Invalidating content by
 * cache tags" and "What you need to know when invalidating tags".
 */
import { CACHE_TAG_CHARACTERS, CACHE_TAGS } from './limits.ts'

/** `CacheTagConfig.HeaderName`. Viewers do not get to see it: the response headers policy takes it away. */
export const CACHE_TAG_HEADER = 'cache-tag'

/** The object metadata `tags`, as S3 sends it. */
export const TAGS_OF_OBJECT = 'x-amz-meta-tags'

/** Visible ASCII, without the comma that ends a tag in the header. */
const NOT_IN_TAG = /[^!-+\--~]/

export const isCacheTag = (text: string): boolean =>
  text !== '' && text.length <= CACHE_TAG_CHARACTERS && !NOT_IN_TAG.test(text)

/** The tags in a header's value, in the order given, each once whatever its case; what can't be a tag is left out. */
export function cacheTagsIn(value: string): string[] {
  const seen = new Set<string>()
  const isFirst = (tag: string) => seen.size < seen.add(tag.toLowerCase()).size
  return value
    .split(',')
    .map((text) => text.trim())
    .filter((text) => isCacheTag(text) && isFirst(text))
}

/** The tag of a path. A path that is too long for one has none. */
export const tagOfPath = (path: string): string => path.replaceAll(',', '%2C')

/** The header's value: the tags of the paths first, since CloudFront keeps no more than `CACHE_TAGS` of them. */
export const cacheTagText = (paths: readonly string[], own: string): string =>
  cacheTagsIn([...paths.map(tagOfPath), own].join(','))
    .slice(0, CACHE_TAGS)
    .join(',')
