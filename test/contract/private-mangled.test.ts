/** Whatever is done to a token, it opens nothing. RIMLIGHT_FUZZ: how many, default 100,000 of a full run, for each artefact. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at } from '../../base/json-values.ts'
import { checkConfig } from '../../build/config.ts'
import { hasNjs, NJS_MISSING, openNjs } from '../../local/host/functions/njs.ts'
import { openWorkerd } from '../../local/host/functions/workerd.ts'
import type { InvocationOutcome } from '../../local/protocol/invocation.ts'
import { anyCharacter } from '../any-character.ts'
import { fuzzRuns, SEED } from '../runs.ts'
import { mangled } from './arbitraries.ts'
import { functionCode, zipDriver } from './drivers.ts'
import { type ViewerInput, viewerEvent, viewerLambdaEvent } from './events.ts'
import { jwkOf, keyPair, signedBy } from './signers.ts'
import { KEY_VALUES, NOW, part, sign, token } from './tokens.ts'

const TOKENS = fuzzRuns(100_000)
const BATCH = 1_000

const settingsOf = (rules: object) =>
  checkConfig(
    {
      domains: ['cdn.example.com'],
      origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
      routes: [
        {
          path: '/*',
          origin: 'photos',
          cache: {},
          auth: {
            type: 'jwt',
            from: ['authorization', 'cookie:grant', 'query:grant'],
            issuer: 'https://login.example.com',
            claims: { scope: { contains: 'read' } },
            path: 'paths',
            ...rules,
          },
        },
      ],
    },
    'the mangled config',
  )

const CLAIMS = { iss: 'https://login.example.com', exp: NOW + 86_400, scope: 'read', paths: ['/photo.jpg'] }
const GOOD = token(CLAIMS)

const character = fc.oneof(
  fc.constantFrom(...'ABab01-_.=+/ ,;"\\{}\n\u0000é😀'),
  fc.string({ unit: anyCharacter, minLength: 1, maxLength: 1 }),
)

/** One thing done to a text: something put in, taken out, put in the place of something, or repeated. */
const edit = fc
  .record({
    at: fc.nat({ max: 400 }),
    length: fc.nat({ max: 12 }),
    how: fc.constantFrom('in', 'out', 'over', 'again'),
    text: fc.array(character, { maxLength: 4 }),
  })
  .map(({ at, length, how, text }) => (token: string): string => {
    const from = at % (token.length + 1)
    const piece = token.slice(from, from + length)
    const put = how === 'again' ? piece + piece : how === 'out' ? '' : text.join('')
    return token.slice(0, from) + put + token.slice(how === 'in' ? from : from + length)
  })

/** Another header or other claims, signed by nobody, or with a key that everybody has. */
const json = fc.oneof(
  fc.json({ maxDepth: 2 }),
  fc.constantFrom(
    '{"alg":"none"}',
    '{"alg":"HS256","kid":"empty"}',
    '{"alg":"HS256","kid":"short"}',
    '{"alg":"ES256","kid":"a"}',
    '{"alg":"HS256","kid":"a"}',
  ),
)
const forged = fc
  .tuple(
    json,
    fc.oneof(fc.constant(JSON.stringify(CLAIMS)), json),
    fc.constantFrom('', 'short', '\u0000'.repeat(32), 'public'),
  )
  .map(([head, claims, key]) => {
    const signed = `${part(head)}.${part(claims)}`
    return `${signed}.${key === '' ? '' : sign(signed, key)}`
  })

type Place = 'header' | 'cookie' | 'query' | 'raw'

/** Requests with anything made of a good token, and where it stands. */
const requestsOf = (good: string): fc.Arbitrary<{ text: string; place: Place }> => {
  const edited = fc
    .array(edit, { minLength: 1, maxLength: 3 })
    .map((edits) => edits.reduce((text, one) => one(text), good))
  const bad = fc.oneof(
    { weight: 6, arbitrary: edited },
    { weight: 2, arbitrary: forged },
    { weight: 1, arbitrary: fc.string({ unit: anyCharacter, maxLength: 200 }) },
  )
  return fc
    .record({ text: bad, place: fc.constantFrom<Place>('header', 'cookie', 'query', 'raw') })
    .filter(({ text }) => text !== good)
}

const inputOf = ({ text, place }: { text: string; place: Place }): ViewerInput => ({
  uri: '/photo.jpg',
  ...(place === 'header' ? { headers: { authorization: `Bearer ${text}` } } : {}),
  ...(place === 'raw' ? { headers: { authorization: text } } : {}),
  ...(place === 'cookie' ? { cookies: { grant: text } } : {}),
})

const functionEvents = requestsOf(GOOD).map((request) => {
  const event = viewerEvent(inputOf(request))
  return request.place === 'query'
    ? { ...event, request: { ...event.request, querystring: { grant: { value: request.text } } } }
    : event
})

const PAIR = keyPair('ES256')
const SIGNED = `${part({ alg: 'ES256', kid: 'a' })}.${part(CLAIMS)}`
const GOOD_ES256 = `${SIGNED}.${signedBy('ES256', PAIR.privateKey, SIGNED)}`

const lambdaEvents = requestsOf(GOOD_ES256).map((request) =>
  viewerLambdaEvent({ ...inputOf(request), ...(request.place === 'query' ? { query: `grant=${request.text}` } : {}) }),
)

/** Where the method of an event is, and may have been mangled: a preflight needs no grant. */
type Subject = {
  run(events: readonly unknown[]): Promise<readonly InvocationOutcome[]>
  close(): Promise<void>
  good: unknown
  events: fc.Arbitrary<unknown>
  methodOf(event: unknown): unknown
}

async function openFunction(open: typeof openWorkerd | typeof openNjs): Promise<Subject> {
  const code = await functionCode(settingsOf({ algorithms: ['HS256'] }))
  const engine = await open(code, { keyValues: KEY_VALUES })
  return {
    run: (events) => engine.run([...events]),
    close: engine.close,
    good: viewerEvent({ uri: '/photo.jpg', headers: { authorization: `Bearer ${GOOD}` } }),
    events: functionEvents,
    methodOf: (event) => at(event, 'request', 'method'),
  }
}

async function openZip(): Promise<Subject> {
  const jwks = { keys: [jwkOf(PAIR, { kid: 'a', alg: 'ES256', use: 'sig' })] }
  const driver = await zipDriver(settingsOf({ algorithms: ['ES256'], jwks }), 'viewer-request-lambda')
  return {
    run: (events) => driver.run(events.map((event) => ({ event }))),
    close: driver.close,
    good: viewerLambdaEvent({ uri: '/photo.jpg', headers: { authorization: `Bearer ${GOOD_ES256}` } }),
    events: lambdaEvents,
    methodOf: (event) => at(event, 'Records', 0, 'cf', 'request', 'method'),
  }
}

const SUBJECTS = [
  { name: 'the function in workerd', open: () => openFunction(openWorkerd), missing: '' },
  { name: 'the function in njs', open: () => openFunction(openNjs), missing: hasNjs() ? '' : NJS_MISSING },
  { name: 'viewer-request.zip', open: openZip, missing: '' },
]

describe.each(SUBJECTS)('$name', ({ open, missing }) => {
  if (missing) return it.skip(missing, () => {})

  it(
    `grants nothing to a mangled token or cookie, and never throws (${TOKENS})`,
    async () => {
      const { run, close, good, events, methodOf } = await open()
      const all = fc.oneof({ weight: 9, arbitrary: events }, { weight: 1, arbitrary: mangled(events) })
      let count = 0
      try {
        for (; count < TOKENS; count += BATCH) {
          const batch = fc.sample(all, { numRuns: BATCH, seed: SEED + count })
          const [first, ...outcomes] = await run([good, ...batch])
          expect(first).toMatchObject({ kind: 'returned', value: { uri: '/photo.jpg' } })
          const wrong = batch.filter((event, i) => {
            const outcome = outcomes[i]
            if (outcome?.kind !== 'returned' || outcome.logs.length > 0) return true
            return at(outcome.value, 'uri') !== undefined && methodOf(event) !== 'OPTIONS'
          })
          expect(wrong.slice(0, 3), `RIMLIGHT_SEED=${SEED + count}`).toEqual([])
        }
      } finally {
        await close()
      }
      expect(count).toBeGreaterThanOrEqual(TOKENS)
    },
    60_000 + TOKENS * 5,
  )
})
