import { afterAll, describe, expect, it, test } from 'vitest'
import type { FunctionEngine } from '../../../../../local/host/functions/function-engine.ts'
import { hasNjs, NJS_MISSING, openNjs } from '../../../../../local/host/functions/njs.ts'
import { openWorkerd } from '../../../../../local/host/functions/workerd.ts'
import type { Outcome } from '../../../../../local/protocol/outcome.ts'

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

describe.each(ENGINES)('$name', ({ name, open, missing }) => {
  let engine: FunctionEngine | undefined
  const run = async (...events: unknown[]): Promise<Outcome[]> => {
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
  expect(await engine.run([{}, {}])).toMatchObject([
    { error: 'FunctionExecutionError', reason: 'its report was torn' },
    { error: 'FunctionExecutionError', reason: 'its report was torn' },
  ])
})

test.skipIf(!hasNjs())('njs: a function that fills the memory is stopped', async () => {
  const engine = await openNjs(`function handler() { const all = []; while (true) all.push(Buffer.alloc(4000000, 1)) }`)
  expect(await engine.run([{}])).toMatchObject([{ reason: expect.stringMatching(/^it took \d+ MB of memory$/) }])
})
