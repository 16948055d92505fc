/** Requests at random: plausible ones, and events with anything in the place of anything. */
import fc from 'fast-check'
import { anyCharacter } from '../any-character.ts'
import { type ViewerInput, viewerEvent } from './events.ts'

const text = fc.string({ unit: anyCharacter, maxLength: 8 })

/** Pieces of paths that meet the patterns of the contract config, plainly or in disguise. */
const PIECES = [
  '/', '//', '/./', '/../', '/..', '/.', '%2F', '%2f', '%2e%2e/', '.%2E/', '%5C', '%25', '%20', '%C3%A9', '%252F',
  'drafts', '%64rafts', 'draft%73', 'api', '%61pi', 'live', 'thumbs', 'vault', 'builds', 'u', 'avatar-', 'avatar-1', '.png', '%2Epng',
  '.css', 'a', 'photo', '.jpg', '.webp', '.SVG', '+', '&', '=', '~', ' ', '"', '\\', '?', '#', 'é', '日', '😀', '*',
] // biome-ignore format: a list of pieces

export const path: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...PIECES) }, { weight: 4, arbitrary: fc.constant('/') }), {
    maxLength: 9,
  })
  .map((pieces) => `/${pieces.join('')}`)

/** Now and then with a control character or a broken escape. */
export const anyPath: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: path },
  {
    weight: 1,
    arbitrary: fc
      .tuple(path, fc.constantFrom('%00', '%1f', '%7F', '\u0000', '\n', '\u007f', '%', '%4', '%zz'), path)
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: text.map((rest) => `/${rest}`) },
)

const number = fc.oneof(
  fc.integer({ min: 0, max: 5000 }).map(String),
  fc.constantFrom('', '0', '00640', '%36%34', '1.5', '2', '-1', '1e3', ' 5', '9'.repeat(400), '640\n', 'x'),
)

const numbers = fc
  .array(fc.double({ min: 0, max: 70_000, noNaN: true }), { minLength: 3, maxLength: 5 })
  .map((list) => list.join())

const VALUES: Record<string, fc.Arbitrary<string>> = {
  w: number,
  h: number,
  q: number,
  dpr: number,
  fit: fc.constantFrom('crop', 'crop', 'min', 'max', 'clip', 'cover', '', '%63rop'),
  fm: fc.constantFrom('webp', 'jpg', 'png', 'avif', 'gif', 'pjpg', 'common', '', '%77ebp'),
  ar: fc.constantFrom('3:2', '1%3A3', '0:1', '1.91:1', ':', '%33:2', '99999:1', ''),
  crop: fc.constantFrom(
    'top',
    'left%2Cbottom',
    'faces,entropy',
    'focalpoint',
    '17',
    '44',
    '9',
    '64,0,128',
    '1,2,3',
    '',
  ),
  rect: fc.oneof(fc.constantFrom('0,0,9,9', '10%2C20%2C300%2C400', '1,2', `0,0,${'9'.repeat(400)},1`, 'left'), numbers),
  'fp-x': number,
  'fp-y': fc.constantFrom('0', '0.5', '1', '.2', 'x', ''),
  'max-w': number,
  auto: fc.constantFrom('format', 'compress'),
  v: fc.oneof(fc.constantFrom('1', '1706400000', 'a/b', '%41', '', 'x'.repeat(65)), text),
  rev: fc.constantFrom('7', 'a%2Fb'),
  page: fc.oneof(fc.constantFrom('1', '%c3%a9', '%', 'a+b', '%zz'), text),
  term: fc.oneof(fc.constantFrom('red%20car', '"', 'a=b'), text),
  lang: fc.constantFrom('de', 'en'),
}

export const KNOWN = Object.keys(VALUES)

const pair = fc
  .constantFrom(...KNOWN)
  .chain((name) => fc.tuple(fc.constant(name), VALUES[name] as fc.Arbitrary<string>))

/** Names and values in order; `&` would end a value. */
export const pairs: fc.Arbitrary<[string, string][]> = fc.array(
  pair.map(([name, value]): [string, string] => [name, value.replaceAll('&', '')]),
  { maxLength: 8 },
)

export const textOf = (list: readonly (readonly [string, string])[]): string =>
  list.map(([name, value]) => `${name}=${value}`).join('&')

const accept = fc
  .array(
    fc.constantFrom(
      'image/webp',
      'image/avif',
      'IMAGE/WEBP',
      'image/webp;q=0',
      'image/avif;q=0.0',
      'image/webp;q=0.5',
      '*/*',
      'image/*',
      'a/b;c="d,image/webp,"',
      '',
      ' ',
    ),
    { maxLength: 4 },
  )
  .map((list) => list.join(','))

const headers = fc.record(
  {
    accept: fc.oneof(accept, fc.array(accept, { minLength: 1, maxLength: 3 })),
    range: fc.constant('bytes=0-1'),
    'if-range': fc.constant('"a"'),
    origin: fc.constantFrom('https://www.example.com', 'null', ''),
    host: fc.constantFrom('cdn.example.com', 'IMG.example.com', 'evil.net', ''),
    'cloudfront-forwarded-proto': fc.constantFrom('https', 'https', 'https', 'http'),
    'x-rimlight-variant': fc.constant('w=1'),
    'x-original-url': fc.constant('/x'),
  },
  { requiredKeys: [] },
)

export const viewerInput: fc.Arbitrary<ViewerInput> = fc.record(
  {
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS'),
    uri: anyPath,
    query: pairs.map(textOf),
    headers: headers as fc.Arbitrary<Record<string, string | string[]>>,
    cookies: fc.constant({ a: 'b' }),
  },
  { requiredKeys: ['uri'] },
)

/** What stands where something else is expected. */
export const oddity: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null, undefined, 0, -1, 1e308, true, '', 'text', [], {}, [null], [[]], { value: null }, { value: 5 }, { value: {} }, { multiValue: 'x' },
    { value: 'w', multiValue: [] }, { value: '1', multiValue: [null, 1, { value: 5 }, {}, 'x', { value: '640' }] }, { toString: 1, valueOf: 2 },
    { value: { toString: null } }, { length: -1 }, '\ud800', 'a\udfffb', '\u0000', '/', '//', '%', '😀', '\u2028', 'ß', 'İ', 'K',
    'x'.repeat(5_000), '/%'.repeat(2_000), '/'.repeat(3_000), `/${'a/../'.repeat(500)}`, '9'.repeat(1_000), 'image/webp'.repeat(300),
    ',;"\\'.repeat(500),
  ), // biome-ignore format: a list of oddities
  text,
  fc.integer(),
)

const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  '',
  'w',
  'v',
  'fm',
  'accept',
  'host',
  'value',
  'multiValue',
  'origin',
  's3',
  'custom',
  'uri',
  'method',
  'headers',
  'querystring',
  'x-rimlight-route',
  'é',
  '\ud800',
]

type Mutation = { turns: number[]; how: 'replace' | 'remove' | 'add'; name: string; value: unknown }

const mutation: fc.Arbitrary<Mutation> = fc.record({
  turns: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 7 }),
  how: fc.constantFrom('replace', 'replace', 'remove', 'add'),
  name: fc.constantFrom(...NAMES),
  value: oddity,
})

type Node = Record<string, unknown>

/** Walks down a random way, and does one thing to what it finds there. */
function mutated(root: unknown, { turns, how, name, value }: Mutation): unknown {
  const holder: Node = { root }
  let [node, key]: [Node, string] = [holder, 'root']
  for (const turn of turns) {
    const child = node[key]
    const keys = typeof child === 'object' && child ? Object.keys(child) : []
    if (keys.length === 0) break
    node = child as Node
    key = keys[turn % keys.length] as string
  }
  const place = how === 'add' && !Array.isArray(node) ? name : key
  if (how === 'remove') delete node[place]
  else
    Object.defineProperty(node, place, {
      value: structuredClone(value),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  return holder.root
}

/** Any of `events`, with one to four things in it changed for anything. */
export const mangled = (events: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(events, fc.array(mutation, { minLength: 1, maxLength: 4 }))
    .map(([event, mutations]) => mutations.reduce(mutated, JSON.parse(JSON.stringify(event))))

export const viewerRequests = viewerInput.map(viewerEvent)
