'use strict'
// The process that a Lambda function runs in: what Lambda's Node.js runtime does around a handler.
// Plain CommonJS without dependencies, so that nothing of this project is loaded beside the function.
//
// Receives { load } once, then { invoke } for each event; answers each with { loaded }, { value } or { failure }.
// What the function writes meanwhile goes out as { log }.

const { join } = require('node:path')
const { performance } = require('node:perf_hooks')

/**
 * @typedef {{ root: string, handler: string, callbacks: boolean }} Load
 * @typedef {{ event: string, now: number | null, milliseconds: number, context: Record<string, unknown> }} Invoke
 */

/** @param {object} message */
const send = (message) => process.send?.(message)

for (const stream of [process.stdout, process.stderr]) {
  /** @param {string | Uint8Array} chunk @param {any[]} rest */
  const write = (chunk, ...rest) => {
    send({ log: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString() })
    const done = rest.find((argument) => typeof argument === 'function')
    if (done) process.nextTick(done)
    return true
  }
  stream.write = write
}

/** @type {((event: unknown, context: object, callback?: Function) => unknown) | undefined} */
let handler
let callbacks = false

/** @param {Load} settings */
function load(settings) {
  const [file = '', name = ''] = settings.handler.split('.')
  let exported
  try {
    exported = require(join(settings.root, file))
  } catch (error) {
    return send({ failure: loadFailure(error) })
  }
  handler = exported[name]
  callbacks = settings.callbacks
  if (typeof handler !== 'function') {
    send({ failure: `Runtime.HandlerNotFound: ${settings.handler} is undefined or not exported` })
  } else if (!callbacks && handler.length > 2) {
    // Lambda's Node.js 24 runtime tells a callback-style handler by its parameters and refuses it.
    send({ failure: `Runtime.CallbackHandlerDeprecated: ${settings.handler} takes a callback; it must be async` })
  } else send({ loaded: true })
}

/** @param {any} error */
function loadFailure(error) {
  if (error?.code === 'MODULE_NOT_FOUND') return `Runtime.ImportModuleError: ${textOf(error).split('\n')[0]}`
  if (error instanceof SyntaxError) return `Runtime.UserCodeSyntaxError: ${textOf(error)}`
  return textOf(error)
}

/** @param {unknown} error */
function textOf(error) {
  try {
    return String(error)
  } catch {
    return 'a value that has no text'
  }
}

/** Answers the invocation under way; `undefined` between invocations. @type {((message: object) => void) | undefined} */
let answer

/** @param {Invoke} invocation */
function invoke({ event, now, milliseconds, context }) {
  const deadline = performance.now() + milliseconds
  const RealDate = Date
  if (now !== null) globalThis.Date = frozenDate(now)
  // The loop may run dry while the handler waits for nothing: that ends the invocation, as in Lambda.
  process.channel?.unref()
  answer = (message) => {
    answer = undefined
    globalThis.Date = RealDate
    process.channel?.ref()
    send(message)
  }
  /** @param {unknown} value */
  const succeed = (value) => answer?.(valueMessage(value))
  /** @param {unknown} error */
  const fail = (error) => answer?.({ failure: textOf(error) })
  const remaining = () => Math.max(0, Math.floor(deadline - performance.now()))
  try {
    const result = runHandler(event, { ...context, getRemainingTimeInMillis: remaining }, succeed, fail)
    if (isPromise(result)) result.then(succeed, fail)
    else if (!callbacks) succeed(result)
    else if (result !== undefined) {
      fail('the handler returned a value without a promise, which this runtime ignores: make the handler async')
    }
  } catch (error) {
    fail(error)
  }
}

/**
 * @param {string} event
 * @param {object} context
 * @param {(value: unknown) => void} succeed
 * @param {(error: unknown) => void} fail
 * @returns {any}
 */
function runHandler(event, context, succeed, fail) {
  if (!callbacks) return handler?.(JSON.parse(event), context)
  return handler?.(JSON.parse(event), context, (/** @type {unknown} */ error, /** @type {unknown} */ value) =>
    error ? fail(error) : succeed(value),
  )
}

/** @param {any} value */
const isPromise = (value) => typeof value?.then === 'function'

/** @param {unknown} value */
function valueMessage(value) {
  try {
    return { value: JSON.stringify(value) ?? null }
  } catch (error) {
    return { failure: `Runtime.MarshalError: Unable to stringify response body: ${textOf(error)}` }
  }
}

/** `Date` for which it is always `now`; dates made from arguments are as ever. @param {number} now */
const frozenDate = (now) =>
  new Proxy(Date, {
    apply: (RealDate) => new RealDate(now).toString(),
    construct: (RealDate, given, target) => Reflect.construct(RealDate, given.length > 0 ? given : [now], target),
    get: (RealDate, key) => (key === 'now' ? () => now : Reflect.get(RealDate, key)),
  })

process.on('beforeExit', () => answer?.({ failure: 'Runtime.NodeJsExit: a Promise was never settled' }))
process.on('disconnect', () => process.exit())
process.on('message', (/** @type {{ load?: Load, invoke?: Invoke }} */ message) => {
  if (message.load) load(message.load)
  if (message.invoke) invoke(message.invoke)
})
