/** Tells a row of the table to a distribution, and holds what comes back against it. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect } from 'vitest'
import type { CloudFront } from '../../../local/cloudfront.ts'
import type { ScriptedOrigin, SeenRequest } from './origin.ts'
import type { Answer, Ask, Expected, Row, Seen, Step } from './row.ts'
import { ask, HOST, type Received } from './viewer.ts'

export type Stage = {
  cloudfront: CloudFront
  origin: ScriptedOrigin
  /** Moves the distribution's clock on. */
  pass(seconds: number): Promise<void>
  /** Milliseconds since 1970, by the distribution's clock. */
  now(): number
}

/** Milliseconds for what happens after a viewer has its answer. */
const PATIENCE = 10_000

export async function runRow(stage: Stage, row: Row, number: number): Promise<void> {
  const own = `/${row.at}/${number}${row.path ?? ''}`
  stage.origin.restart()
  for (const [index, step] of row.steps.entries()) {
    try {
      await runStep(stage, step, own)
    } catch (error) {
      if (error instanceof Error) error.message = `step ${index + 1}: ${error.message}`
      throw error
    }
  }
}

async function runStep({ cloudfront, origin, pass, now }: Stage, step: Step, own: string): Promise<void> {
  if (step.after) await pass(step.after)
  if (step.invalidate) await cloudfront.invalidate(step.invalidate.map((path) => path.replace('~', own)))
  const answers = answersOf(step)
  const { seen, isUsedUp } = origin.expect(answers)
  const { target = own, pop = cloudfront.site.pops[0] as string, ...viewer } = step.viewer ?? {}
  const { query, ...request } = signed(viewer, target, now())
  const asked = Array.from({ length: step.together ?? 1 }, () =>
    ask(cloudfront, `${target}${query === undefined ? '' : `?${query}`}`, { ...request, pop }),
  )
  const received = await Promise.all(asked)
  const expected = typeof step.expect === 'string' ? { xCache: step.expect } : step.expect
  for (const one of received) check(one, expected)
  if (expected.xCaches) expect(countsOf(received)).toEqual(expected.xCaches)
  if (step.isBehind)
    await within(
      PATIENCE,
      isUsedUp.then(() => isStored(cloudfront, received[0] as Received)),
    )
  expect(seen, 'requests to the origin').toHaveLength(answers.length)
  for (const [index, request] of step.sees ? seen.entries() : [])
    checkSeen(request, (Array.isArray(step.sees) ? step.sees[index] : step.sees) ?? {})
}

/** A request with the grant that it asks for. */
function signed({ sign, ...viewer }: Ask, target: string, now: number): Omit<Ask, 'sign'> {
  if (sign === undefined) return viewer
  const { query, scheme = 'https', headers } = viewer
  const url = `${scheme}://${HOST}${target}${query === undefined ? '' : `?${query}`}`
  const { cookie, ...grant } = sign(url, Math.floor(now / 1000))
  return { ...viewer, ...grant, ...(cookie === undefined ? {} : { headers: { ...headers, cookie } }) }
}

const answersOf = ({ origin }: Step): Answer[] =>
  origin === undefined ? [] : Array.isArray(origin) ? origin : [origin]

function check({ status, headers, body, isBroken }: Received, expected: Expected): void {
  const { status: wanted = 200 } = expected
  const facts = { status, xCache: headers['x-cache'], body: body.toString('latin1', 0, 200) }
  expect([wanted].flat(), JSON.stringify(facts)).toContain(status)
  if (expected.xCache !== undefined) expect(headers['x-cache']).toBe(`${expected.xCache} from cloudfront`)
  if (expected.body !== undefined) {
    const text = textOf(body, headers['content-encoding'])
    if (typeof expected.body === 'string') expect(text).toBe(expected.body)
    else expect(text).toMatch(expected.body)
    expect(isBroken).toBe(false)
  }
  if (expected.brokenBody !== undefined) expect([body.toString(), isBroken]).toEqual([expected.brokenBody, true])
  if (expected.isLast) expect(headers.connection).toBe('close')
  checkHeaders(headers, expected.headers)
}

function checkHeaders(headers: Record<string, string>, expected: Expected['headers'] = {}): void {
  for (const [name, wanted] of Object.entries(expected)) {
    if (wanted === null) expect(headers, name).not.toHaveProperty([name])
    else if (typeof wanted === 'string') expect(headers[name], name).toBe(wanted)
    else expect(headers[name], name).toMatch(wanted)
  }
}

function checkSeen(seen: SeenRequest, { headers, ...rest }: Seen): void {
  expect(seen).toMatchObject(rest)
  checkHeaders(seen.headers, headers)
}

function countsOf(received: readonly Received[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { headers } of received) {
    const word = String(headers['x-cache']).replace(' from cloudfront', '')
    counts[word] = (counts[word] ?? 0) + 1
  }
  return counts
}

function textOf(body: Buffer, encoding: string | undefined): string {
  if (body.length === 0) return ''
  if (encoding === 'br') return brotliDecompressSync(body).toString()
  return (encoding === 'gzip' ? gunzipSync(body) : body).toString()
}

/** What a request sets off behind its answer ends with a word on what became of the object. */
async function isStored(cloudfront: CloudFront, { headers }: Received): Promise<void> {
  for (;;) {
    const trace = await cloudfront.trace(String(headers['x-amz-cf-id']))
    if (trace?.steps.some(({ step }) => step === 'store')) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error('the origin was not asked behind the answer')), milliseconds).unref(),
  )
  return Promise.race([work, late])
}
