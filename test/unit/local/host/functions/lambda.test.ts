import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, test, vi } from 'vitest'
import { type LambdaPool, openLambda } from '../../../../../local/host/functions/lambda.ts'
import { residentMegabytes } from '../../../../../local/host/functions/memory.ts'
import { temporaryFolder, writeZip } from '../../fixture.ts'

const HANDLER = `exports.handler = async (event, context) => {
  switch (event.does) {
    case 'surroundings': return { env: process.env, folder: process.cwd(), context, left: context.getRemainingTimeInMillis() }
    case 'clock': return [Date.now(), new Date(), new Date(5), Date(), new Date() instanceof Date]
    case 'log': console.log('out %d', 1); console.error('err'); process.stdout.write('no end'); return 1
    case 'throw': throw new TypeError('boom')
    case 'nothing': return
    case 'null': return null
    case 'exit': console.log('last words'); process.exit(3)
    case 'hang': console.log('before'); while (true) {}
    case 'slow': return new Promise((resolve) => setTimeout(resolve, 60000, 1))
    case 'never': await new Promise(() => {})
    case 'circular': { const own = {}; own.own = own; return own }
    case 'crash': setTimeout(() => { throw new Error('in a timer') }); return new Promise((resolve) => setTimeout(resolve, 60000))
    case 'buffers': { const all = []; while (true) all.push(Buffer.alloc(1e6, 1)) }
    case 'objects': { const all = []; while (true) all.push({ a: [all.length] }) }
    default: return { pid: process.pid, event }
  }
}`

const ARTEFACT = { handler: 'index.handler', runtime: 'nodejs24.x', memory: 128, timeout: 1 } as const
let folder: string
let lambda: LambdaPool

beforeAll(async () => {
  folder = await temporaryFolder()
  const zip = await writeZip(join(folder, 'function.zip'), { 'index.js': HANDLER })
  lambda = await openLambda({ zip, artefact: ARTEFACT, name: 'us-east-1.a', env: { AWS_ENDPOINT_URL_S3: 'http://x' } })
})
afterAll(() => lambda.close())

type Surroundings = { env: Record<string, string>; folder: string; context: object; left: number }

/** Opens a zip of one file, makes one invocation, closes. */
async function invokeOnce(code: string, artefact: object = {}) {
  const zip = await writeZip(join(folder, `${Math.random()}.zip`), { 'index.js': code })
  const one = await openLambda({ zip, artefact: { ...ARTEFACT, ...artefact } })
  try {
    return await one.invoke({ a: 1 })
  } finally {
    await one.close()
  }
}

describe('what a function finds around it', () => {
  it('is no package.json of the folder that temporary files are in', async () => {
    const project = await temporaryFolder()
    await writeFile(join(project, 'package.json'), '{ "type": "module" }')
    vi.stubEnv('TMPDIR', project)
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(await invokeOnce('exports.handler = async () => 1')).toMatchObject({ kind: 'returned', value: 1 })
  })

  it('is Lambda, and nothing of this machine', async () => {
    const outcome = await lambda.invoke({ does: 'surroundings' })
    const { env, folder: cwd, context, left } = (outcome as { value: Surroundings }).value
    expect(env).toEqual({
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_S3: 'http://x',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_FUNCTION_NAME: 'us-east-1.a',
      AWS_LAMBDA_FUNCTION_VERSION: '1',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/us-east-1.a',
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
      AWS_REGION: 'us-east-1',
      LAMBDA_RUNTIME_DIR: '/var/runtime',
      LAMBDA_TASK_ROOT: cwd,
      LANG: 'en_US.UTF-8',
      PATH: '/usr/local/bin:/usr/bin:/bin',
      TZ: ':UTC',
      _HANDLER: 'index.handler',
    })
    expect(context).toMatchObject({
      functionName: 'us-east-1.a',
      memoryLimitInMB: '128',
      awsRequestId: expect.any(String),
    })
    expect(left).toBeGreaterThan(500)
    expect(left).toBeLessThanOrEqual(1000)
  })

  it('takes the time from `now`, for one invocation', async () => {
    expect(await lambda.invoke({ does: 'clock' }, { now: 1_700_000_000_000 })).toMatchObject({
      value: [
        1_700_000_000_000,
        '2023-11-14T22:13:20.000Z',
        '1970-01-01T00:00:00.005Z',
        expect.stringContaining('2023'),
        true,
      ],
    })
    const [now] = ((await lambda.invoke({ does: 'clock' })) as { value: number[] }).value
    expect(Math.abs(Date.now() - Number(now))).toBeLessThan(5_000)
  })

  it('has its output captured, by line', async () => {
    expect(await lambda.invoke({ does: 'log' })).toEqual({
      kind: 'returned',
      value: 1,
      logs: ['out 1', 'err', 'no end'],
    })
  })
})

describe('what a function does wrong', () => {
  it.each([
    ['throw', 'LambdaExecutionError', 'TypeError: boom', []],
    ['nothing', 'LambdaExecutionError', 'the function returned nothing', []],
    ['null', 'LambdaExecutionError', 'the function returned nothing', []],
    ['exit', 'LambdaExecutionError', 'Runtime exited before it answered: exit status 3', ['last words']],
    ['hang', 'LambdaLimitExceeded', 'Task timed out after 1.00 seconds', ['before']],
    ['slow', 'LambdaLimitExceeded', 'Task timed out after 1.00 seconds', []],
    ['never', 'LambdaExecutionError', 'Runtime.NodeJsExit: a Promise was never settled', []],
    ['circular', 'LambdaExecutionError', expect.stringMatching(/^Runtime.MarshalError: .*circular/), []],
    ['crash', 'LambdaExecutionError', 'Runtime exited before it answered: exit status 1: Error: in a timer', []],
    [
      'buffers',
      'LambdaExecutionError',
      expect.stringMatching(/^the process was killed at \d+ MB of memory; the function's size is 128 MB$/),
      [],
    ],
    ['objects', 'LambdaExecutionError', expect.stringMatching(/memory; the function's size is 128 MB$/), []],
  ])('%s is %s', async (does, error, reason, logs) => {
    expect(await lambda.invoke({ does })).toEqual({ kind: 'failed', error, reason, logs })
    // A process that is gone is replaced, one that is fine is kept.
    expect(await lambda.invoke({ b: 2 })).toMatchObject({ kind: 'returned', value: { event: { b: 2 } } })
  })

  it.each([
    ['a missing handler', 'exports.other = 1', 'Runtime.HandlerNotFound: index.handler is undefined or not exported'],
    ['a missing module', `require('nowhere')`, `Runtime.ImportModuleError: Error: Cannot find module 'nowhere'`],
    ['a syntax error', 'const a = ;', `Runtime.UserCodeSyntaxError: SyntaxError: Unexpected token ';'`],
    ['a throw while loading', `throw new Error('top')`, 'Error: top'],
    ['an exit while loading', 'process.exit(4)', 'Runtime exited before it answered: exit status 4'],
  ])('%s is a LambdaExecutionError', async (_, code, reason) => {
    expect(await invokeOnce(code)).toEqual({ kind: 'failed', error: 'LambdaExecutionError', reason, logs: [] })
  })
})

describe('styles of handlers', () => {
  const SYNC = 'exports.handler = (event) => event'
  const CALLBACK = 'exports.handler = (event, context, callback) => { callback(null, event) }'

  it('nodejs24.x takes a plain value', async () => {
    expect(await invokeOnce(SYNC)).toMatchObject({ value: { a: 1 } })
  })

  it('nodejs24.x refuses a callback', async () => {
    expect(await invokeOnce(CALLBACK)).toMatchObject({
      reason: 'Runtime.CallbackHandlerDeprecated: index.handler takes a callback; it must be async',
    })
  })

  it('nodejs22.x takes a callback', async () => {
    expect(await invokeOnce(CALLBACK, { runtime: 'nodejs22.x' })).toMatchObject({ value: { a: 1 } })
  })

  it('nodejs22.x ignores a plain value', async () => {
    expect(await invokeOnce(SYNC, { runtime: 'nodejs22.x' })).toMatchObject({
      error: 'LambdaExecutionError',
      reason: 'the handler returned a value without a promise, which this runtime ignores: make the handler async',
    })
  })
})

it('takes one invocation at a time, in one process', async () => {
  const outcomes = await Promise.all([1, 2, 3].map((event) => lambda.invoke(event)))
  const values = outcomes.map((outcome) => (outcome as { value: { pid: number; event: number } }).value)
  expect(values.map(({ event }) => event)).toEqual([1, 2, 3])
  expect(new Set(values.map(({ pid }) => pid)).size).toBe(1)
})

it('leaves neither folder nor process behind', async () => {
  const zip = await writeZip(join(folder, 'left.zip'), {
    'index.js': 'exports.handler = async () => ({ pid: process.pid, folder: process.cwd() })',
  })
  const one = await openLambda({ zip, artefact: ARTEFACT })
  const { value } = (await one.invoke(1)) as { value: { pid: number; folder: string } }
  expect(existsSync(value.folder)).toBe(true)
  await one.close()
  expect(existsSync(value.folder)).toBe(false)
  expect(isRunning(value.pid)).toBe(false)
})

describe.each(['SIGTERM', 'SIGINT', 'exit'])('a parent that ends by %s', (end) => {
  it('takes its child and its folder along', async () => {
    const zip = await writeZip(join(folder, `${end}.zip`), { 'index.js': HANDLER })
    const script = join(folder, `${end}.mjs`)
    await writeFile(
      script,
      `import { openLambda } from ${JSON.stringify(new URL('../../../../../local/host/functions/lambda.ts', import.meta.url).href)}
      const lambda = await openLambda({ zip: ${JSON.stringify(zip)}, artefact: ${JSON.stringify({ ...ARTEFACT, timeout: 30 })} })
      const { value } = await lambda.invoke({ does: 'surroundings' })
      const { value: { pid } } = await lambda.invoke({})
      console.log(JSON.stringify({ pid, folder: value.folder }))
      lambda.invoke({ does: 'hang' })
      setTimeout(() => ${end === 'exit' ? 'process.exit()' : `process.kill(process.pid, '${end}')`}, 100)`,
    )
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    let printed = ''
    parent.stdout.on('data', (text) => {
      printed += text
    })
    const signal = await new Promise((resolve) => parent.once('close', (_, name) => resolve(name)))
    const child = JSON.parse(printed)
    expect(signal).toBe(end === 'exit' ? null : end)
    await expect.poll(() => isRunning(child.pid)).toBe(false)
    expect(existsSync(child.folder)).toBe(false)
  })
})

/** A process that has ended but that nobody has asked about yet holds no memory. */
const isRunning = (pid: number) => Boolean(residentMegabytes(pid))

test('a file that is no zip is refused', async () => {
  const zip = join(folder, 'none.zip')
  await writeFile(zip, 'not a zip')
  await expect(openLambda({ zip, artefact: ARTEFACT })).rejects.toThrow(/end of central directory record/i)
})

describe('execution environments', () => {
  const SLOW = `let busy = 0, most = 0
    exports.handler = async (event) => {
      most = Math.max(most, ++busy)
      await new Promise((resolve) => setTimeout(resolve, event.takes))
      busy--
      return { pid: process.pid, most }
    }`

  async function runAll(environments: number, invocations: number) {
    const zip = await writeZip(join(folder, `${Math.random()}.zip`), { 'index.js': SLOW })
    const many = await openLambda({ zip, artefact: ARTEFACT, environments })
    const outcomes = await Promise.all(Array.from({ length: invocations }, () => many.invoke({ takes: 100 })))
    const later = await many.invoke({ takes: 0 })
    await many.close()
    const values = [...outcomes, later].map((outcome) => (outcome as { value: { pid: number; most: number } }).value)
    return { pids: new Set(values.map(({ pid }) => pid)), most: Math.max(...values.map(({ most }) => most)) }
  }

  it('are as many as allowed, with one invocation at a time each', async () => {
    const { pids, most } = await runAll(3, 7)
    expect([pids.size, most]).toEqual([3, 1])
  })

  it('are no more than needed', async () => {
    expect((await runAll(3, 1)).pids.size).toBe(1)
  })

  it('end with the function, those in the middle of something too', async () => {
    const zip = await writeZip(join(folder, 'ends.zip'), { 'index.js': SLOW })
    const many = await openLambda({ zip, artefact: ARTEFACT, environments: 2 })
    await many.invoke({ takes: 0 })
    const busy = many.invoke({ takes: 60_000 })
    await many.close()
    expect(await busy).toMatchObject({ kind: 'failed', error: 'LambdaExecutionError' })
    await expect(many.invoke({ takes: 0 })).rejects.toThrow('has been closed')
  })
})
