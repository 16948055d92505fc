/** Whatever is done to a token, it opens nothing. RIMLIGHT_FUZZ: how many, default 100,000 of a full run. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkConfig } from '../../build/config.ts'
import { makeSite } from '../../build/site.ts'
import { hasNjs, openNjs } from '../../local/host/functions/njs.ts'
import { openWorkerd } from '../../local/host/functions/workerd.ts'
import { fuzzRuns, SEED } from '../runs.ts'
import { mangled } from './arbitraries.ts'
import { functionCode } from './drivers.ts'
import { viewerEvent } from './events.ts'
import { KEY_VALUES, NOW, part, sign, token } from './tokens.ts'

const TOKENS = fuzzRuns(100_000)
const BATCH = 1_000

const SETTINGS = checkConfig(
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
          algorithms: ['HS256'],
          from: ['authorization', 'cookie:grant', 'query:grant'],
          issuer: 'https://login.example.com',
          claims: { scope: { contains: 'read' } },
          path: 'paths',
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
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
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
  fc.constantFrom('{"alg":"none"}', '{"alg":"HS256","kid":"empty"}', '{"alg":"HS256","kid":"short"}'),
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

const bad = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(edit, { minLength: 1, maxLength: 3 })
      .map((edits) => edits.reduce((text, one) => one(text), GOOD)),
  },
  { weight: 2, arbitrary: forged },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
)

const requests = fc
  .tuple(bad, fc.constantFrom('header', 'cookie', 'query', 'raw'))
  .filter(([text]) => text !== GOOD)
  .map(([text, where]) => {
    const parts = {
      header: { headers: { authorization: `Bearer ${text}` } },
      raw: { headers: { authorization: text } },
      cookie: { cookies: { grant: text } },
      query: {},
    }[where]
    const event = viewerEvent({ uri: '/photo.jpg', ...parts })
    return where === 'query'
      ? { ...event, request: { ...event.request, querystring: { grant: { value: text } } } }
      : event
  })

it(
  `no mangled token or cookie is granted anything, or makes the function throw (${TOKENS})`,
  async () => {
    const code = functionCode(await makeSite(SETTINGS))
    const engines = await Promise.all([
      openWorkerd(code, { keyValues: KEY_VALUES }),
      ...(hasNjs() ? [openNjs(code, { keyValues: KEY_VALUES })] : []),
    ])
    const good = viewerEvent({ uri: '/photo.jpg', headers: { authorization: `Bearer ${GOOD}` } })
    const events = fc.oneof({ weight: 9, arbitrary: requests }, { weight: 1, arbitrary: mangled(requests) })
    let count = 0
    try {
      for (; count < TOKENS; count += BATCH) {
        const batch = fc.sample(events, { numRuns: BATCH, seed: SEED + count })
        for (const engine of engines) {
          const outcomes = await engine.run([good, ...batch])
          expect(outcomes[0], engine.name).toMatchObject({ kind: 'returned', value: { uri: '/photo.jpg' } })
          const wrong = batch.filter((event, i) => {
            const outcome = outcomes[i + 1]
            if (outcome?.kind !== 'returned' || outcome.logs.length > 0) return true
            return 'uri' in (outcome.value as object) && (event as typeof good).request?.method !== 'OPTIONS'
          })
          expect(wrong.slice(0, 3), `RIMLIGHT_SEED=${SEED + count}, ${engine.name}`).toEqual([])
        }
      }
    } finally {
      await Promise.all(engines.map((engine) => engine.close()))
    }
    expect(count).toBeGreaterThanOrEqual(TOKENS)
  },
  60_000 + TOKENS * 5,
)
