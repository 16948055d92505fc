/** Requests that are searched for: at random, and crossed from the worst so far. */
import fc from 'fast-check'
import { part, token } from '../contract/tokens.ts'
import { CLAIMS, ESCAPES, letIn, type WorstRequest } from './worst-requests.ts'

/** What paths and values are made of, and how often a piece may stand in a row. */
const piece = fc.oneof(
  fc.constantFrom(
    ...'/.%?#&=,;:+ "\\é日😀aZ~',
    '//',
    '/./',
    '/../',
    '%2F',
    '%2f',
    '%2e',
    '%25',
    '%zz',
    '%00',
    '%e9',
    '%C3%A9',
  ),
  fc.constantFrom(...ESCAPES),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }),
)
const text = (most: number) =>
  fc
    .array(fc.tuple(piece, fc.oneof(fc.constant(1), fc.nat({ max: 3_000 }))), { minLength: 1, maxLength: 6 })
    .chain((runs) =>
      fc.nat({ max: most }).map((length) =>
        runs
          .map(([one, times]) => one.repeat(times))
          .join('')
          .slice(0, length),
      ),
    )

const NAMES = [
  'ids[]',
  'ids%5B%5D',
  'w',
  'h',
  'ar',
  'rect',
  'crop',
  'fit',
  'dpr',
  'q',
  'fm',
  'fp-x',
  'v',
  'page',
  'term',
  'max-w',
  'fp-y',
  'auto',
  'sort',
  'lang',
  'grant',
  'Policy',
  'Signature',
]

const oneOrMore = fc.oneof(fc.constant(1), fc.nat({ max: 400 }))

/** Text of JSON with many of something in it: names, spaces before colons, strings that look like names, brackets. */
const json = fc
  .array(
    fc.tuple(fc.constantFrom('"a" :1,', '"a":1,', '"\\":",', '"\\\\",', '[', '{"a":', '"é",', '1,', ' '), oneOrMore),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((runs) => runs.map(([one, times]) => one.repeat(times)).join(''))

/** Claims of the shapes that cost most: lists of paths, words, members in members, spaces before colons, numbers. */
const anyClaims = fc
  .record({
    paths: fc.tuple(
      fc.constantFrom('/aaa/', '/%d1%8f/', '/é日/', '/search/', '/a%2fb/', '/./', '/😀 '),
      fc.nat({ max: 400 }),
    ),
    words: fc.oneof(fc.constant(0), fc.nat({ max: 1_500 })),
    texts: fc.oneof(fc.constant(0), fc.nat({ max: 260 })),
    numbers: fc.oneof(fc.constant(0), fc.nat({ max: 260 })),
    nested: fc.boolean(),
    spaced: fc.boolean(),
  })
  .map(({ paths: [path, times], words, texts, numbers, nested, spaced }) => {
    const list = [...Array(texts).fill('a'), ...Array(numbers).fill(1), ...(nested ? [{ b: { c: 1 } }] : [])]
    const claims = {
      ...CLAIMS,
      paths: [...Array.from({ length: times }, (_, i) => `${path}${i.toString(36)}`), '/'],
      scope: `${'a '.repeat(words)}read`,
      list,
    }
    const text = JSON.stringify(claims)
    return spaced ? text.replaceAll('":', '" :') : text
  })

/** Good ones, with claims of all lengths; forged ones, whose headers are anything; and what is none. */
const anyToken: fc.Arbitrary<string> = fc.oneof(
  fc.constant(token(CLAIMS)),
  anyClaims.map((claims) => token(claims)),
  fc
    .tuple(fc.array(text(60), { maxLength: 60 }), json)
    .map(([paths, note]) => token({ ...CLAIMS, paths: [...paths.map((path) => `/${path}`), '/'], note })),
  json.map((members) => `${part(`{"alg":"HS256","kid":"a",${members}"z":1}`)}.${part(CLAIMS)}.${'A'.repeat(43)}`),
  fc.tuple(json, json).map(([head, claims]) => `${part(head)}.${part(claims)}.AAAA`),
  text(5_000).map((one) => one.replaceAll(/[;&, ]/g, '')),
)

/** Where a token may be, and cookies of all kinds. */
const anyHeaders: fc.Arbitrary<Pick<WorstRequest, 'headers' | 'cookies'>> = fc
  .record({
    bearer: fc.option(anyToken),
    grant: fc.option(anyToken),
    cookies: fc.tuple(fc.constantFrom('CloudFront-', 'a', ''), fc.oneof(fc.constant(0), fc.nat({ max: 4_000 }))),
  })
  .map(({ bearer, grant, cookies: [name, count] }) => ({
    headers: bearer === null ? {} : { authorization: `Bearer ${bearer}` },
    cookies: {
      ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}${i.toString(36)}`, '1'])),
      ...(grant === null ? {} : { grant }),
    },
  }))

const anyRequest: fc.Arbitrary<WorstRequest> = fc
  .record({
    start: fc.constantFrom('/', '/search/', '/drafts/', '/api/', '/static/'),
    rest: text(8_000),
    end: fc.constantFrom('', '.jpg', '.avif', '.heic'),
    pairs: fc.array(fc.tuple(fc.constantFrom(...NAMES), text(2_000), fc.nat({ max: 40 })), { maxLength: 8 }),
    accept: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: text(8_000) }),
    proto: fc.constantFrom('https', 'https', 'https', 'http'),
    method: fc.constantFrom('GET', 'GET', 'GET', 'OPTIONS', 'POST'),
    more: fc.oneof(fc.constant<Pick<WorstRequest, 'headers' | 'cookies'>>({}), anyHeaders),
  })
  .map(({ start, rest, end, pairs, accept, proto, method, more }) =>
    letIn({
      method,
      uri: start + rest + end,
      query: pairs
        .flatMap(([name, value, times]) => Array(times + 1).fill(`${name}=${value.replaceAll('&', '')}`))
        .join('&'),
      headers: { ...(accept === undefined ? {} : { accept }), 'cloudfront-forwarded-proto': proto, ...more.headers },
      ...(more.cookies ? { cookies: more.cookies } : {}),
    }),
  )

/** One made of two of the worst: path of one, all else of the other, or a piece of a path put in again. */
const crossed = (parents: readonly WorstRequest[]): fc.Arbitrary<WorstRequest> =>
  fc
    .tuple(fc.constantFrom(...parents), fc.constantFrom(...parents), piece, fc.nat(), fc.nat({ max: 600 }))
    .map(([one, other, put, place, times]) => {
      const at = place % (one.uri.length + 1) || 1
      return letIn({ ...other, uri: one.uri.slice(0, at) + put.repeat(times) + one.uri.slice(at) })
    })

/** @param parents the worst so far */
export const nextRequests = (parents: readonly WorstRequest[], count: number, seed: number): WorstRequest[] =>
  fc.sample(fc.oneof(anyRequest, crossed(parents)), { numRuns: count, seed })
