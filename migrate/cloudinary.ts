/** URLs of Cloudinary: `https://res.cloudinary.com/CLOUD/image/upload/c_fill,w_300/v1706400000/folder/picture.jpg`. */
import { inQuotes } from '../urls/invalidation.ts'
import { parseS3Url } from '../urls/s3-url.ts'
import type { Site } from '../urls/urls.ts'
import { isStep, readSteps } from './cloudinary-transformation.ts'
import { type KeyOptions, type Lost, lost, type Migrated, migrated, other, tryDecode, urlParts } from './result.ts'

export type CloudinaryOptions = KeyOptions & {
  /** Host names of one's own (`CNAME`) that lead to Cloudinary. Default: none. */
  hosts?: readonly string[] | undefined
  /**
   * What named transformations stand for, by their names: `{ thumb: 'c_fill,w_300,h_300' }`. Default: none are known, and
   * they are lost.
   */
  transformations?: Readonly<Record<string, string>> | undefined
}

const HOST = /^(?:res(?:-\d)?|[\w-]+-res)\.cloudinary\.com$/

/** The segments that begin what is Cloudinary's own: kind and delivery, and the short forms of `image/upload`. */
const SHORT: Readonly<Record<string, readonly [kind: string, delivery: string]>> = {
  iu: ['image', 'upload'],
  images: ['image', 'seo'],
}
const KINDS = ['image', 'video', 'raw', 'videos', 'files', ...Object.keys(SHORT)]

const SIGNATURE = /^s--[\w-]+--$/
const VERSION = /^v\d+$/

/**
 * The URL of the same picture, and what of its transformation has no counterpart. Its key is the public ID with the
 * extension that the URL has; a version that is a time, as Cloudinary's are, stays as `?v=`.
 *
 * @example
 * ```ts
 * fromCloudinary(site, 'https://res.cloudinary.com/demo/image/upload/w_300,h_200,c_fill,g_auto,q_auto,f_auto/v1/folder/pic.jpg')
 * // { kind: 'url', url: 'https://cdn.example.com/folder/pic.jpg?w=300&h=200&fit=crop&crop=attention', lost: [] }
 * ```
 */
export function fromCloudinary(site: Site, url: string, options: CloudinaryOptions = {}): Migrated {
  const { hosts = [], keyOf = (name) => name, bucket, transformations = {} } = options
  const parts = urlParts(url)
  const isTheirs = parts && (HOST.test(parts.host) || hosts.some((host) => host.toLowerCase() === parts.host))
  if (!parts || !isTheirs) return other(`expected a URL of Cloudinary, found ${inQuotes(url)}`, false)
  const segments = parts.path.split('/').slice(1)
  const at = segments.findIndex((segment, i) => i < 2 && KINDS.includes(segment))
  const first = segments[at] ?? ''
  if (at < 0) return other(`expected image/upload in the path, found ${inQuotes(url)}`)
  const [kind = '', delivery = ''] = SHORT[first] ?? [first, segments[at + 1]]
  if (kind !== 'image') return other(`expected an image, found ${kind} in ${inQuotes(url)}`)
  const rest = segments.slice(at + (first in SHORT ? 1 : 2)).filter((segment, i) => i > 0 || !SIGNATURE.test(segment))
  const steps = stepsIn(rest)
  const [version, ...named] = VERSION.test(rest[steps.length] ?? '')
    ? rest.slice(steps.length)
    : ['', ...rest.slice(steps.length)]
  // `images/ID/what-search-engines-read.jpg`
  const name = tryDecode((delivery === 'seo' ? withoutSuffix(named) : named).join('/'))
  if (name === undefined || name === '') return other(`expected a public ID, found ${inQuotes(url)}`)
  const { parameters, lost: without } = readSteps(steps.flatMap((step) => spelledOut(step, transformations)))
  if (delivery === 'fetch') {
    const remote = parseS3Url(name)
    if (remote.kind === 'other') return other(`its picture is at ${inQuotes(name)}, in none of the site's buckets`)
    return migrated(site, { key: remote.key, bucket: remote.bucket, parameters, lost: without })
  }
  const isUpload = ['upload', 'seo', 'private', 'authenticated'].includes(delivery)
  if (!isUpload) return other(`expected image/upload, found image/${delivery} in ${inQuotes(url)}`)
  return migrated(site, {
    key: keyOf(name),
    bucket,
    version: /^v\d{10}$/.test(version ?? '') ? version?.slice(1) : undefined,
    parameters,
    lost: [...without, ...closed(delivery)],
  })
}

const closed = (delivery: string): Lost[] =>
  delivery === 'private' || delivery === 'authenticated'
    ? [lost(delivery, 'a route is closed by its own `auth`, and its URLs are signed anew')]
    : []

/** The steps at the beginning. The last segment is never one, and what follows the version is a folder's name. */
function stepsIn(segments: readonly string[]): string[] {
  const end = segments.findIndex((segment, i) => i === segments.length - 1 || !isStep(segment))
  return segments.slice(0, Math.max(0, end))
}

function withoutSuffix(segments: readonly string[]): string[] {
  const extension = /\.[a-z0-9]+$/i.exec(segments.at(-1) ?? '')?.[0] ?? ''
  return segments.length > 1 ? [`${segments.slice(0, -1).join('/')}${extension}`] : [...segments]
}

/** @returns the steps that a step with a named transformation stands for */
function spelledOut(step: string, transformations: Readonly<Record<string, string>>): string[] {
  const name = /^t_([\w-]+)$/.exec(step)?.[1] ?? ''
  return Object.hasOwn(transformations, name) ? (transformations[name] ?? '').split('/') : [step]
}
