import { afterAll, describe, expect, it, onTestFinished, test } from 'vitest'
import type { FunctionEngine } from '../../../../../local/host/functions/function-engine.ts'
import { hasNjs, NJS_MISSING, openNjs } from '../../../../../local/host/functions/njs.ts'
import { openWorkerd } from '../../../../../local/host/functions/workerd.ts'
import type { InvocationOutcome } from '../../../../../local/protocol/invocation.ts'

const ENGINES = [
  { name: 'njs', open: openNjs, missing: !hasNjs() },
  { name: 'workerd', open: openWorkerd, missing: false },
] as const

const CODE = `function handler(event) {
  if (event.does === 'throw') throw new Error('boom')
  if (event.does === 'throw nothing') throw undefined
  if (event.does === 'reject') return Promise.reject(new TypeError('later'))
  if (event.does === 'nothing') return
  if (event.does === 'function') return handler
  if (event.does === 'hang') while (true) {}
  if (event.does === 'never') return new Promise(() => {})
  if (event.does === 'log') { console.log('one'); console.log('two\\nlines') }
  if (event.does === 'async') return Promise.resolve({ text: event.text })
  return { text: event.text }
}`

/** Asks the platform's modules for what they have. */
const PLATFORM = `import cf from 'cloudfront'
const crypto = require('crypto')
async function handler(event) {
  if (event.log) cf.logCustomData('overwritten')
  if (event.log) cf.logCustomData(event.log)
  if (event.module) return { found: typeof require(event.module) }
  if (event.hash) return { hex: crypto.createHmac('sha256', Buffer.from('key')).update(event.hash).digest('hex') }
  const store = cf.kvs()
  if (event.meta) return { count: (await store.meta()).keyCount }
  if (event.exists) return { exists: await store.exists(event.exists) }
  const value = await store.get(event.get, { format: event.format || 'string' })
  return { value: event.format === 'bytes' ? value.toString('hex') : value }
}`

describe.each(ENGINES)("the platform's modules in $name", ({ open, missing }) => {
  if (missing) return test.skip(NJS_MISSING, () => {})
  const KEY_VALUES = { plain: 'é \u2028 "', json: '{"a":[1]}', __proto__: 'own' }

  const run = async (events: unknown[], keyValues?: Record<string, string>) => {
    const engine = await open(PLATFORM, keyValues ? { keyValues } : {})
    try {
      return await engine.run(events)
    } finally {
      await engine.close()
    }
  }
  const value = (value: unknown) => ({ kind: 'returned', value, logs: [] })

  it('the KeyValueStore gives what the runner laid down, in the format asked for', async () => {
    const events = [
      { get: 'plain' },
      { get: 'json', format: 'json' },
      { get: 'plain', format: 'bytes' },
      { meta: true },
    ]
    const keys = Object.keys(KEY_VALUES).length
    expect(await run(events, KEY_VALUES)).toEqual([
      value({ value: KEY_VALUES.plain }),
      value({ value: { a: [1] } }),
      value({ value: Buffer.from(KEY_VALUES.plain).toString('hex') }),
      value({ count: keys }),
    ])
  })

  it('a key that is not there: exists says so, get rejects', async () => {
    expect(await run([{ exists: 'plain' }, { exists: 'toString' }, { get: 'toString' }], KEY_VALUES)).toMatchObject([
      value({ exists: true }),
      value({ exists: false }),
      { kind: 'failed', error: 'FunctionExecutionError', reason: 'Error: KeyNotFound' },
    ])
  })

  it('without a store every read rejects', async () => {
    const failure = { kind: 'failed', reason: 'Error: KeyValueStoreNotAssociated' }
    expect(await run([{ get: 'plain' }, { exists: 'plain' }, { meta: true }])).toMatchObject([
      failure,
      failure,
      failure,
    ])
  })

  it('of custom data the last counts, URL-encoded and cut at 800 bytes', async () => {
    const [short, long, none] = await run([
      { log: 'a é', hash: 'x' },
      { log: 'ü'.repeat(200), hash: 'x' },
      { hash: 'x' },
    ])
    expect(short?.customData).toBe('a%20%C3%A9')
    expect(long?.customData).toBe('%C3%BC'.repeat(200).slice(0, 800))
    expect(none).not.toHaveProperty('customData')
  })

  it('crypto, buffer and querystring can be required', async () => {
    expect(await run([{ hash: 'The quick brown fox jumps over the lazy dog' }, { module: 'querystring' }])).toEqual([
      value({ hex: 'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8' }),
      value({ found: 'object' }),
    ])
    expect((await run([{ module: 'fetch' }]))[0]?.kind).toBe('failed')
  })
})

describe.each(ENGINES)('$name', ({ name, open, missing }) => {
  let engine: FunctionEngine | undefined
  const run = async (...events: unknown[]): Promise<InvocationOutcome[]> => {
    engine ??= await open(CODE, { patience: 400 })
    return engine.run(events)
  }
  afterAll(() => engine?.close())

  if (missing) return test.skip(NJS_MISSING, () => {})

  it('hands over any characters and gets them back', async () => {
    const text = 'a\u2028\u2029 \u{1f600} é "\'\\ \n\t\0\u007f \\ud800 <!-- */ $' + '{x}'
    expect(await run({ text }, { does: 'async', text })).toEqual([
      { kind: 'returned', value: { text }, logs: [] },
      { kind: 'returned', value: { text }, logs: [] },
    ])
  })

  it('reads a lone surrogate, which no request can hold, as U+FFFD', async () => {
    expect(await run({ text: 'a\ud800b\\\udfff' })).toMatchObject([{ value: { text: 'a\ufffdb\\\ufffd' } }])
  })

  it.each([
    ['throw', 'FunctionExecutionError', 'Error: boom'],
    ['throw nothing', 'FunctionExecutionError', 'undefined'],
    ['reject', 'FunctionExecutionError', 'TypeError: later'],
    [
      'nothing',
      'FunctionValidationError',
      'The CloudFront function returned an invalid value: a request or a response is expected, the function returned nothing.',
    ],
    [
      'function',
      'FunctionValidationError',
      'The CloudFront function returned an invalid value: a request or a response is expected, the function returned a function.',
    ],
  ])('%s is reported as %s', async (does, error, reason) => {
    expect(await run({ does })).toEqual([{ kind: 'failed', error, reason, logs: [] }])
  })

  it('gives what the function logs with the event it was logged for', async () => {
    expect(await run({}, { does: 'log' }, {})).toMatchObject([
      { logs: [] },
      { logs: ['one', 'two\nlines'] },
      { logs: [] },
    ])
  })

  it('reports a hang for the event that hangs, and goes on with the next', async () => {
    const events = [{ text: 1 }, { does: 'hang' }, { text: 2 }, { does: 'never' }, { text: 3 }]
    expect(await run(...events)).toMatchObject([
      { value: { text: 1 } },
      { error: 'FunctionExecutionError', reason: 'no answer within 400 ms' },
      { value: { text: 2 } },
      { error: 'FunctionExecutionError', reason: 'its promise never settles' },
      { value: { text: 3 } },
    ])
  })

  it('runs more events than fit one batch, in order', async () => {
    const outcomes = await run(...Array.from({ length: 2_500 }, (_, index) => ({ text: index })))
    expect(outcomes.map((outcome) => outcome.kind === 'returned' && outcome.value)).toEqual(
      Array.from({ length: 2_500 }, (_, index) => ({ text: index })),
    )
  })

  it('refuses to open a text with a syntax error, and says where from', async () => {
    await expect(open('\nfunction handler( {')).rejects.toThrow(
      new RegExp(`^the function does not load in ${name}: SyntaxError: .*`),
    )
  })

  it('refuses to open a text without a handler', async () => {
    await expect(open('const other = 1')).rejects.toThrow(`the function does not load in ${name}: `)
  })

  it('refuses to open a text that throws at its top level', async () => {
    await expect(open('function handler() {}\nthrow new Error("top")')).rejects.toThrow(
      `the function does not load in ${name}: Error: top`,
    )
  })
})

test.skipIf(!hasNjs())('njs tells the line of a syntax error', async () => {
  await expect(openNjs('\n\nclass A {}')).rejects.toThrow(/ in line 3$/)
})

test.skipIf(!hasNjs())('njs: a torn report is a failure of its event, not of this process', async () => {
  // What the text prints as it loads looks like the beginning of a report.
  const engine = await openNjs(`console.log('\\u0001rimlight {"value":"torn')
function handler(event) { return event }`)
  onTestFinished(engine.close)
  expect(await engine.run([{}, {}])).toMatchObject([
    { error: 'FunctionExecutionError', reason: 'its report was torn' },
    { error: 'FunctionExecutionError', reason: 'its report was torn' },
  ])
})

test.skipIf(!hasNjs())('njs: a function that fills the memory is stopped', async () => {
  const engine = await openNjs(`function handler() { const all = []; while (true) all.push(Buffer.alloc(4000000, 1)) }`)
  onTestFinished(engine.close)
  expect(await engine.run([{}])).toMatchObject([{ reason: expect.stringMatching(/^it took \d+ MB of memory$/) }])
})
