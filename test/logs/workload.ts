/** Requests to an image site, made up: the same ones for the same seed. What CloudFront answers is its cache's doing. */
import { type Random, randomOf, zipf } from './random.ts'

export type Shape = {
  /** Pictures. */
  objects: number
  /** How unequally they are asked for: 1 is Zipf's law. */
  skew: number
  /** How many requests of a hundred carry a parameter that no picture depends on. */
  junk: number
  /** How many of a hundred ask for a size, in widths of their own. */
  sized: number
  /** How many of a hundred have a version. */
  versioned: number
  /** Seconds from the first request to the last. */
  seconds: number
  pops: readonly string[]
  /** Where pictures are: `/galleries/`. */
  folder: string
}

/** As a viewer sends it. */
export type WorkloadRequest = {
  /** Milliseconds since 1970. */
  time: number
  id: string
  pop: string
  ip: string
  port: number
  method: string
  host: string
  path: string
  /** Without `?`. */
  query: string
  userAgent: string
  accept: string
  referer: string
  /** The object's bytes; -1: there is none. */
  size: number
}

/** A config that tells the paths of `WISHLIST` apart: two routes that are not the last, one of them not cached. */
export const ITEMS = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
  routes: [
    { path: '/items/1*', origin: 'photos', cache: {} },
    { path: '/items/2?/*', origin: 'photos', cache: 'never' },
    { path: '/*', origin: 'photos', cache: {} },
  ],
}

export const GALLERIES: Shape = {
  objects: 12_000,
  skew: 1.2,
  junk: 25,
  sized: 0,
  versioned: 0,
  seconds: 30 * 86_400,
  pops: ['FRA56-P1', 'LHR61-P2', 'IAD89-C1', 'NRT20-P1', 'SFO53-C1', 'GRU1-C1'],
  folder: '/galleries/',
}

export const WISHLIST: Shape = {
  objects: 3_000,
  skew: 1.15,
  junk: 30,
  sized: 80,
  versioned: 70,
  seconds: 30 * 86_400,
  pops: ['IAD89-C1', 'ORD58-P3', 'LAX3-C2', 'FRA56-P1', 'SYD62-P1'],
  folder: '/items/',
}

/** 2026-11-01T00:00:00Z. */
const BEGIN = Date.UTC(2026, 10, 1)

const AGENTS = [
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    1,
  ],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/604.1', 1],
  ['Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile', 1],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0', 1],
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 0],
  ['curl/8.14.1', 0],
] as const

/** Of layouts, times the density of screens: none of them of a ladder. */
const WIDTHS = [90, 120, 180, 240, 300, 330, 360, 480, 600, 660, 720, 900, 1100, 1320]

/** What ends with = has a value of its own each time. */
const JUNK = [
  'utm_source=mail',
  'utm_source=app&utm_medium=push',
  'utm_source=search',
  'ref=home',
  'ref=list',
  'fbclid=',
]

export function* workload(lines: number, shape: Shape, seed = 1): Generator<WorkloadRequest> {
  const random = randomOf(seed)
  const rank = zipf(random, shape.objects, shape.skew)
  const step = (shape.seconds * 1000) / lines
  for (let i = 0; i < lines; i += 1) {
    const object = rank()
    const [userAgent = '', takesWebp] = random.pick(AGENTS)
    yield {
      time: BEGIN + Math.floor(i * step + random.below(Math.max(1, Math.floor(step)))),
      id: `${i.toString(36).padStart(8, '0')}${random
        .below(2 ** 30)
        .toString(36)
        .padStart(6, '0')}_-kQ4vT7mBz8sR2wY6nXcA1pLdE==`,
      pop: random.pick(shape.pops),
      ip: `198.51.${random.below(100)}.${random.below(250)}`,
      port: 1024 + random.below(60_000),
      method: random.below(200) === 0 ? 'HEAD' : 'GET',
      host: 'cdn.example.com',
      path: `${shape.folder}${object % 97}/${object.toString(36)}.${object % 5 === 0 ? 'png' : 'jpg'}`,
      query: queryOf(random, object, shape),
      userAgent,
      accept: takesWebp ? 'image/avif,image/webp,image/apng,image/*,*/*;q=0.8' : '*/*',
      referer: random.below(3) === 0 ? '' : 'https://www.example.com/list?page=2',
      size: object % 400 === 399 ? -1 : 20_000 + ((object * 7919) % 400_000),
    }
  }
}

function queryOf(random: Random, object: number, shape: Shape): string {
  const parts: string[] = []
  if (random.below(100) < shape.versioned) parts.push(`v=${1_790_000_000 + (object % 1000) * 60}`)
  if (random.below(100) < shape.sized)
    parts.push(`w=${random.below(20) ? random.pick(WIDTHS) : 40 + random.below(600) * 2}`)
  if (random.below(100) < shape.junk) {
    const junk = random.pick(JUNK)
    parts.push(junk.endsWith('=') ? `${junk}${random.below(10 ** 9).toString(36)}` : junk)
  }
  return (random.below(2) ? parts : parts.toReversed()).join('&')
}
