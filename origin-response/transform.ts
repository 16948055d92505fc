/** A source into a rendition, or the reason why not. Loaded with the first image that is asked for, and not before. */
import type { SourceFormat } from '../edge/formats.ts'
import type { Losses, Reason } from '../edge/image.ts'
import { imageTypeOf, TELLING_BYTES } from '../edge/image-type.ts'
import type { ImageLimit, ImageRule } from '../edge/rules.ts'
import { isPreview, type Variant } from '../edge/variant.ts'
import { setAllocator } from './allocator.ts'
import { memoryFor } from './cost.ts'
import { timeTo } from './deadline.ts'
import { type Encoder, encoderOf, pixelsMemory } from './encoder.ts'
import { type Fitted, type Fitting, fitRendition } from './fit.ts'
import { endIdleThread } from './idle-thread.ts'
import { hasRoomFor, heicMemory } from './memory.ts'
import { type OpenSource, openSource } from './open-source.ts'
import { type Original, original } from './original.ts'
import { paceOf } from './pace.ts'
import { planOf, qualityOf, rivalOf, type Task } from './plan.ts'
import { type Description, describe, previewPlan } from './preview.ts'
import type { Settings } from './settings.ts'
import { readSource, type SourceRequest } from './source.ts'

// Where there are images, it is in this file of the zip.
export { readSource }

export type Job = {
  source: SourceRequest
  variant: Variant
  rule: ImageRule
  limit: ImageLimit
  /** Bytes that the rendition may have. */
  budget: number
  /** MB of the function. */
  memory: number
  /** When the outcome has to be there, by `performance.now()`. */
  deadline: number
}

/** What is known of the source, as far as it got. */
type Read = Measures & { mediaType?: string | undefined }

/** Milliseconds and bytes, as far as it got. */
export type Measures = { fetch?: number; transform?: number; bytesIn?: number }

/** `losses`: of the source, for `x-rimlight`. */
type Result = { kind: 'rendition'; bytes: Buffer; settings: Settings; losses: Losses } | Description | Original

/** `mediaType`: what the source's bytes are; absent: they were not read, or are no image. */
export type Outcome = Result & { measures: Measures; mediaType?: string | undefined }
export type Rendition = Extract<Outcome, { kind: 'rendition' }>

/** The process's own. */
const pace = paceOf()

/** Of the time there is, what reading the source may take: the rest is for making something of it. */
const SHARE_OF_SOURCE = 0.6

/** Does not reject, and does not take longer than the job's deadline. */
export async function transform(job: Job): Promise<Outcome> {
  const start = performance.now()
  const read: Read = {}
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Result>((resolve) => {
    timer = setTimeout(() => resolve(original('deadline', 'stopped at the deadline')), timeTo(job.deadline))
  })
  const result = await Promise.race([attempt(job, read), late])
  clearTimeout(timer)
  const { mediaType, ...measures } = read
  const { fetch = 0, bytesIn } = measures
  const whole = bytesIn ? { ...measures, transform: performance.now() - start - fetch } : measures
  return { ...result, mediaType, measures: whole }
}

/** What the first bytes of an object are; `undefined`: no image, or S3 did not say in time. Does not reject. */
export async function readType(source: SourceRequest, milliseconds: number): Promise<string | undefined> {
  const read = await readSource({ ...source, first: TELLING_BYTES }, TELLING_BYTES, milliseconds)
  return read.kind === 'source' ? imageTypeOf(read.bytes) : undefined
}

/** @param read what is measured of reading the source is put here: the deadline may strike before this ends */
async function attempt(job: Job, read: Read): Promise<Result> {
  const start = performance.now()
  // sharp loads while the source is on its way.
  const reading = readSource(job.source, job.limit.maxInputBytes, timeTo(job.deadline) * SHARE_OF_SOURCE)
  const loading = loadRenderer().catch((error: unknown) => String(error))
  const source = await reading
  read.fetch = performance.now() - start
  if (source.kind === 'original') return source

  read.bytesIn = source.bytes.length
  read.mediaType = imageTypeOf(source.bytes.subarray(0, TELLING_BYTES))
  const renderer = await loading
  return typeof renderer === 'string' ? original('disabled', renderer) : renditionOf(source.bytes, job, renderer)
}

async function loadRenderer(): Promise<typeof import('./render.ts')> {
  const renderer = await import('./render.ts')
  renderer.confine()
  // From the second picture on: the viewer of the first one waits for a cold start already, and one picture leaves little behind.
  if (isWarm) await setAllocator()
  isWarm = true
  return renderer
}

/** Whether the process has been asked for a picture before. */
let isWarm = false

/** Milliseconds: longer a viewer is not kept waiting for what another one asked for. */
const MOST_WAITING_MS = 2_000
const BETWEEN_LOOKS_MS = 20

/** Once what is still being made is done; an environment that was frozen meanwhile may need a moment for it. */
async function isIdle({ isBusy }: Pick<typeof import('./render.ts'), 'isBusy'>): Promise<boolean> {
  const until = performance.now() + MOST_WAITING_MS
  while (isBusy() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS))
  return !isBusy()
}

async function renditionOf(bytes: Buffer, job: Job, renderer: typeof import('./render.ts')): Promise<Result> {
  const { limit, memory } = job
  // What outlived its deadline in an earlier call still has its memory, unless it has been done meanwhile.
  if (!(await isIdle(renderer))) return original('deadline', 'an earlier rendition is still being made')
  const opened = await openSource(bytes, {
    renderer,
    limit,
    room: () => heicMemory(memory),
    time: timeTo(job.deadline),
  })
  if (opened.kind === 'original') return opened
  // A thread that outlives what it is for would go on taking memory and time.
  return renditionFrom(opened, bytes.length, job, renderer).finally(opened.close)
}

async function renditionFrom(
  opened: OpenSource,
  bytes: number,
  { variant, rule, limit, memory, budget, deadline }: Job,
  renderer: typeof import('./render.ts'),
): Promise<Result> {
  const { facts } = opened
  const timeLeft = () => timeTo(deadline)
  const task = (): Task => ({ variant, rule, limit, memory, time: timeLeft(), pace: pace.at(performance.now()) })
  const preview = variant.fm && isPreview(variant.fm) ? variant.fm : undefined
  const plan = preview ? previewPlan(preview, facts, bytes, task()) : planOf(facts, bytes, task())
  if (plan.kind === 'original') return plan

  const isSearched = qualityOf(variant, rule) === 'auto' && !preview && isSearchable(plan.settings)
  const needed = memoryFor(facts, plan.settings, bytes) + (isSearched ? pixelsMemory(plan.settings) : 0)
  const isReusing = !TAKES_NEW_MEMORY.includes(facts.format) && plan.settings.format !== 'avif'
  const hasRoom = () => hasRoomFor(needed, memory, isReusing)
  if (!hasRoom() && !((await endIdleThread()) && hasRoom())) {
    return original('disabled', 'what earlier images left in memory leaves no room for this one')
  }

  const read = await opened.read(timeLeft())
  if (read.kind === 'original') return read
  const encoder = encoderOf(read, { renderer, maxInputPixels: limit.maxInputPixels, memory, pace, timeLeft })
  if (preview === 'thumbhash' || preview === 'json') {
    const describing = encoder.encode(plan.settings).then(renderer.pointsOf)
    return describing.then((points) => describe(preview, facts, bytes, points), failure)
  }
  // A source that is hardly larger is given as it is, rather than a rendition that is spoilt to be smaller.
  const isThrifty = plan.smaller !== 'need not' && !plan.isNear
  const fitting = { budget, aim: isThrifty ? bytes : Infinity, qualities: rule.qualities, timeLeft }
  const made = await fittedBy(encoder, plan.settings, isSearched, fitting).catch(failure)
  if (made.kind === 'original') return made
  const rival = rivalOf(encoder.facts(), made.settings, made.bytes.length, task())
  const fitted = await fewerBytes(made, rival, encoder)
  if (plan.smaller === 'must' && fitted.bytes.length >= bytes) {
    return original('not-smaller', `${fitted.bytes.length} bytes, the source has ${bytes}`)
  }
  const losses = { frames: fitted.settings.frames, framesOfSource: facts.frames, isIncomplete: encoder.isIncomplete() }
  return { ...fitted, kind: 'rendition', losses }
}

async function fittedBy(encoder: Encoder, settings: Settings, isSearched: boolean, fitting: Fitting): Promise<Fitted> {
  const first = isSearched ? await encoder.search(settings) : settings
  return fitRendition(first, encoder.encode, fitting)
}

/**
 * AVIF's scale follows what is seen more closely, and a search gains 1 % there. A palette may well be smaller without losses, and
 * what moves has as many pictures as frames.
 */
const isSearchable = ({ format, frames, isPalette }: Settings): boolean =>
  format === 'webp' && frames === 1 && !isPalette

/** What earlier renditions left in the allocator does not serve these: see `memory.ts`. */
const TAKES_NEW_MEMORY: readonly SourceFormat[] = ['avif', 'heic']

type Made = Extract<Fitted, { kind: 'fitted' }>

/** A rendition, or its rival where that can be made and has fewer bytes. */
async function fewerBytes(made: Made, rival: Settings | undefined, encoder: Encoder): Promise<Made> {
  if (!rival) return made
  const bytes = await encoder.encode(rival).catch(() => made.bytes)
  return bytes.length < made.bytes.length ? { kind: 'fitted', bytes, settings: rival } : made
}

/** Which of libvips's messages is which reason; any other means that the source can't be decoded. */
const FAILURES: readonly { says: RegExp; reason: Reason }[] = [
  { says: /timeout/, reason: 'deadline' },
  { says: /pixel limit/, reason: 'too-many-pixels' },
  { says: /out of memory|unable to (?:m?alloc|create)|cannot allocate|no space left/i, reason: 'disabled' },
]

function failure(error: unknown): Original {
  const detail = String(error)
  return original(FAILURES.find(({ says }) => says.test(detail))?.reason ?? 'corrupt', detail)
}
