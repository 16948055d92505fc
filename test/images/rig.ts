/** The built origin-response.zip in a process like Lambda's, with a bucket beside it: files in, verdicts out. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { checkConfig } from '../../build/config.ts'
import { writeAll } from '../../build/output.ts'
import { makeSite, outputFilesOf } from '../../build/site.ts'
import type { Artefact } from '../../bundle/manifest.ts'
import { type LambdaPool, openLambda, unpackLambda } from '../../local/host/functions/lambda.ts'
import type { InvocationOutcome } from '../../local/protocol/invocation.ts'
import { originResponseEvent } from '../contract/events.ts'
import { manifestOf, siteOf } from '../sites.ts'
import { madeOnce } from '../temporary.ts'
import { judge, type Verdict } from './judge.ts'
import type { Expected } from './reasons.ts'
import type { Source } from './response.ts'
import { openS3, type S3 } from './s3.ts'
import { BUCKET, etagOf, LAST_MODIFIED, type S3Object } from './s3-answers.ts'
import type { Fault } from './s3-faults.ts'
import { CREDENTIALS, variablesOf } from './signature.ts'

const REGION = 'eu-central-1'

const CONFIG = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: BUCKET, region: REGION }, site: { bucket: BUCKET, region: REGION, prefix: 'site' } },
  routes: [
    { path: '/strict/*', origin: 'photos', cache: {}, images: { maxInputBytes: 2_000, maxInputPixels: 5_000 } },
    { path: '/site/*', origin: 'site', cache: {}, images: true },
    { path: '/plain/*', origin: 'photos', cache: {} },
    {
      path: '/phones/*',
      origin: 'photos',
      cache: {},
      images: {
        formats: ['avif', 'webp'],
        heic: true,
        previews: true,
        quality: 'auto',
        backgrounds: ['1e90ff'],
        blurs: [5, 20],
      },
    },
    { path: '/*', origin: 'photos', cache: {}, images: { formats: ['avif', 'webp'] } },
  ],
}

/** Routes by what they are for, as the handlers number them. */
export const ROUTE = { strict: 0, site: 1, plain: 2, phones: 3, photos: 4 } as const

/** `unpacked`: where it is, for all rigs; left out: each unpacks it. */
export type Zip = { path: string; artefact: Artefact; unpacked?: string }

const settings = () => checkConfig(CONFIG, 'the config of the image tests')

const zipIn = async (dist: string): Promise<Zip> => ({
  path: join(dist, 'origin-response.zip'),
  artefact: (await manifestOf(dist)).artefacts['origin-response'],
})

/** That of the run, for its tests, unpacked once. */
export async function zipOfRun(): Promise<Zip> {
  const dist = await siteOf(settings())
  const zip = await zipIn(dist)
  return { ...zip, unpacked: await madeOnce(`unpacked-${basename(dist)}`, (folder) => unpackLambda(zip.path, folder)) }
}

/** One of its own, for commands. */
export async function buildZip(): Promise<Zip & { remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'rimlight-test-'))
  await writeAll(folder, outputFilesOf(await makeSite(settings())))
  return { ...(await zipIn(folder)), remove: () => rm(folder, { recursive: true, force: true }) }
}

export type RigOptions = {
  /** Over those of the artefact. Seconds may have fractions. */
  artefact?: { memory?: number; timeout?: number }
  /** Over those of the function. */
  env?: Record<string, string>
  /** How many environments of the function there are; each has one invocation at a time. */
  processes?: number
}

export type Question = {
  bytes: Buffer
  /** What the bytes are, or were before they were broken; default: what `source` or the type says. */
  kind?: Source['kind']
  /** `content-type` of the response in hand, and of the object. */
  type?: string
  variant: string
  route?: number
  /** Default: one of its own. */
  key?: string
  /** The path of the request; default: that of the key. */
  uri?: string
  method?: string
  status?: string
  /** Over those of the response in hand; `null` takes one away. */
  headers?: Record<string, string | null>
  /** Over what the bucket has. */
  object?: Partial<S3Object>
  fault?: Fault
  /** How many requests fail; default: all. */
  times?: number
  expected?: readonly Expected[]
  source?: Source
}

export type Answer = Verdict & {
  event: ReturnType<typeof originResponseEvent>
  outcome: InvocationOutcome
  /** How often the bucket was asked for the object. */
  requests: number
  /** From the event to the response; of `askAll`, with the wait for the process. */
  milliseconds: number
}

export type Rig = {
  ask(question: Question): Promise<Answer>
  /** Asks for all, two at a time for each process, so that one is judged while the next is made. Answers in order. */
  askAll<T extends Question>(questions: readonly T[]): Promise<(Answer & { question: T })[]>
  s3: S3
  close(): Promise<void>
}

export async function openRig(zip: Zip, { artefact = {}, env = {}, processes = 1 }: RigOptions = {}): Promise<Rig> {
  const objects = new Map<string, S3Object>()
  const s3 = await openS3({ objects, credentials: CREDENTIALS, region: REGION })
  const open = () =>
    openLambda({
      zip: zip.path,
      ...(zip.unpacked && { unpacked: zip.unpacked }),
      artefact: { ...zip.artefact, ...artefact },
      env: { AWS_ENDPOINT_URL_S3: s3.endpoint, ...variablesOf(CREDENTIALS), ...env },
    })
  const lambdas = await Promise.all(Array.from({ length: processes }, open))
  let count = 0
  let turn = 0

  async function ask(question: Question): Promise<Answer> {
    const key = question.key ?? `${count++}.jpg`
    const object = { body: question.bytes, type: question.type ?? 'image/jpeg', ...question.object }
    objects.set(key, object)
    if (question.fault) s3.fail(key, question.fault, question.times)
    const input = inputOf(question, key, object)
    const event = originResponseEvent({ ...input, variant: question.variant })
    const asked = s3.requests(key)
    const lambda = lambdas[turn++ % lambdas.length] as LambdaPool
    const started = performance.now()
    const outcome = await lambda.invoke(event)
    const milliseconds = performance.now() - started
    const requests = s3.requests(key) - asked
    const plain = await lambda.invoke(originResponseEvent(input))
    objects.delete(key)
    const { expected, source, kind } = question
    const known = { ...(expected && { expected }), ...(source && { source }), ...(kind && { kind }) }
    const verdict = await judge({ event, outcome, plain, ...known })
    if (s3.unsigned.length > 0) verdict.faults.push(`S3 refuses the request: ${s3.unsigned.splice(0).join(', ')}`)
    return { ...verdict, event, outcome, requests, milliseconds }
  }

  async function askAll<T extends Question>(questions: readonly T[]) {
    const answers: (Answer & { question: T })[] = []
    const queue = questions.entries()
    const worker = async () => {
      for (const [i, question] of queue) answers[i] = { ...(await ask(question)), question }
    }
    await Promise.all(Array.from({ length: 2 * processes }, worker))
    return answers
  }

  return {
    ask,
    askAll,
    s3,
    async close() {
      await Promise.all([...lambdas.map((lambda) => lambda.close()), s3.close()])
    },
  }
}

function inputOf(question: Question, key: string, object: S3Object) {
  const { route = ROUTE.photos, uri = `/${key}`, method = 'GET', status = '200' } = question
  const headers = {
    'Content-Type': question.type ?? 'image/jpeg',
    'Content-Length': String(question.bytes.length),
    ETag: etagOf({ body: question.bytes }),
    'Last-Modified': object.lastModified ?? LAST_MODIFIED,
    ...question.headers,
  }
  return { route, uri, method, status, headers }
}
