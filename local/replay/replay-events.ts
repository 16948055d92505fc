import { InputError, joinedError } from '../../base/errors.ts'
import type { ArtefactName } from '../../bundle/manifest.ts'
import type { Trigger } from '../../edge/limits.ts'
import { type BundleOptions, type OpenBundle, openBundle } from '../host/functions/bundle.ts'
import { type CallCost, missingForCosts } from '../host/functions/njs-cost.ts'
import type { InvocationOutcome } from '../protocol/invocation.ts'
import { eventKind } from './event-kind.ts'
import { type EventFile, type EventItem, readEvents } from './events.ts'
import { disagreementOf, type Judgement, judge } from './judge.ts'
import { recordExpectations } from './record.ts'

export type ReplayOptions = BundleOptions & {
  /** The folder of the bundle; default `dist`. */
  dist?: string
  /** Writes what was returned into the event files, as what is expected from now on; default false. */
  update?: boolean
  onProgress?: (done: number, total: number) => void
}

/** Where an event was found. `index`: its position in a file that is an array. */
export type EventPlace = { file: string; index?: number; name?: string }

/** `cost`: of the call in njs, where this machine can measure it. */
export type ReplayResult = EventPlace & { trigger: Trigger; cost?: CallCost } & Judgement

export type Replay = {
  bundle: string
  /** The engines that ran the CloudFront Function; empty if no event was for it. */
  engines: string[]
  results: ReplayResult[]
  /** Events from folders that are not for this bundle. */
  skipped: (EventPlace & { reason: string })[]
  /** What measuring the function's calls needs and this machine does not have. */
  missing: string[]
  /** Files that `update` rewrote. */
  updated: string[]
}

type ReplayJob = {
  file: EventFile
  position: number
  place: EventPlace
  item: EventItem
  trigger: Trigger
  artefact: ArtefactName
}

/**
 * Replays event files, and those in folders, against the built bundle.
 * @throws InputError for what a person can put right: unreadable files, a missing bundle, a named file with an event
 * that is not for the bundle, a file that `update` can't write
 */
export async function replay(paths: string[], options: ReplayOptions = {}): Promise<Replay> {
  const { dist = 'dist', update = false, onProgress = () => {}, ...bundleOptions } = options
  const bundle = await openBundle(dist, bundleOptions)
  try {
    const files = await readEvents(paths)
    const { jobs, skipped } = sortEvents(files, bundle)
    const { results, engines } = await runJobs(jobs, bundle, onProgress)
    const updated = update ? await record(jobs, results) : []
    return { bundle: dist, engines, results, skipped, missing: missingForCosts(), updated }
  } finally {
    await bundle.close()
  }
}

function sortEvents(files: EventFile[], bundle: OpenBundle) {
  const jobs: ReplayJob[] = []
  const skipped: Replay['skipped'] = []
  const problems: InputError[] = []
  for (const file of files) {
    file.items.forEach((item, position) => {
      const place = eventPlace(file, item, position)
      const found = triggerOf(item.event, bundle)
      if ('trigger' in found) jobs.push({ file, position, place, item, ...found })
      else if (file.named) problems.push(notForBundle(place, found.reason))
      else skipped.push({ ...place, reason: found.reason })
    })
  }
  if (problems.length > 0) throw joinedError(problems)
  return { jobs, skipped }
}

const notForBundle = (place: EventPlace, reason: string) =>
  new InputError(`${placeText(place)}: ${reason}`, {
    code: 'not-for-this-bundle',
    expected: 'an event for a trigger of the bundle',
    found: reason,
  })

const eventPlace = (file: EventFile, { name }: EventItem, position: number): EventPlace => ({
  file: file.path,
  ...(Array.isArray(file.document) ? { index: position } : {}),
  ...(name === undefined ? {} : { name }),
})

/** `events/all.json[3] "HEIC"`. */
export const placeText = ({ file, index, name }: EventPlace): string =>
  `${file}${index === undefined ? '' : `[${index}]`}${name === undefined ? '' : ` "${name}"`}`

export const wroteText = (file: string): string => `wrote ${file}`

const FUNCTION_KINDS = { function: 'CloudFront Functions', lambda: 'Lambda@Edge' }

function triggerOf(
  event: unknown,
  bundle: OpenBundle,
): { trigger: Trigger; artefact: ArtefactName } | { reason: string } {
  const found = eventKind(event)
  if (found.kind === 'none' || found.kind === 'unclear') return { reason: found.reason }
  const isViewerLambda = found.kind === 'lambda' && found.trigger === 'viewer-request'
  if (isViewerLambda && bundle.artefact('viewer-request-lambda')) {
    return { trigger: 'viewer-request', artefact: 'viewer-request-lambda' }
  }
  const artefact = bundle.artefact(found.trigger)
  const what = `a ${FUNCTION_KINDS[found.kind]} event for ${found.trigger}`
  if (artefact === undefined) return { reason: `${what}, which this bundle does not have` }
  if (artefact.kind !== found.kind) {
    return { reason: `${what}; this bundle's ${found.trigger} is for ${FUNCTION_KINDS[artefact.kind]}` }
  }
  const trigger = found.trigger as Trigger
  return { trigger, artefact: trigger }
}

async function runJobs(jobs: ReplayJob[], bundle: OpenBundle, onProgress: (done: number, total: number) => void) {
  const results = new Map<ReplayJob, ReplayResult>()
  const engines = new Set<string>()
  const settle = (job: ReplayJob, judgement: Judgement & { cost?: CallCost }) => {
    results.set(job, { ...job.place, trigger: job.trigger, ...judgement })
    onProgress(results.size, jobs.length)
  }

  async function runLambda(artefact: ArtefactName, own: ReplayJob[]) {
    const lambda = await bundle.lambda(artefact)
    for (const job of own) settle(job, judge(artefact, job.item, await lambda.invoke(job.item.event, job.item)))
  }

  async function runFunction(trigger: Trigger, own: ReplayJob[]) {
    const events = own.map((job) => job.item.event)
    const runs = await Promise.all(
      (await bundle.engines(trigger)).map(async (engine) => ({ engine, outcomes: await engine.run(events) })),
    )
    const costs = await bundle.costs(trigger, events)
    for (const { engine } of runs) engines.add(engine.name)
    own.forEach((job, index) => {
      const [first, ...others] = runs.map(
        ({ engine, outcomes }) => [engine, outcomes[index] as InvocationOutcome] as const,
      )
      if (first === undefined) return
      const disagreement = others.map((other) => disagreementOf(first, other)).find((found) => found !== null) ?? null
      const cost = costs[index]
      settle(job, { ...judge(trigger, job.item, first[1]), disagreement, ...(cost && { cost }) })
    })
  }

  // The functions are independent of one another; each Lambda takes its events one after the other.
  const runs = [...Map.groupBy(jobs, (job) => job.artefact)].map(([artefact, own]) =>
    bundle.artefact(artefact)?.kind === 'lambda' ? runLambda(artefact, own) : runFunction('viewer-request', own),
  )
  await Promise.all(runs)
  return { results: jobs.flatMap((job) => results.get(job) ?? []), engines: [...engines] }
}

/** Writes results into the files as what is expected from now on, if they keep to the rules and are the same in every engine. */
async function record(jobs: ReplayJob[], results: ReplayResult[]): Promise<string[]> {
  const values = new Map<EventFile, Map<number, unknown>>()
  jobs.forEach(({ file, position }, index) => {
    const result = results[index]
    if (result === undefined || result.violations.length > 0 || result.disagreement) return
    const own = values.get(file) ?? new Map<number, unknown>()
    values.set(file, own.set(position, result.value))
    result.expectation = 'recorded'
    result.unmet = []
  })
  const updated: string[] = []
  const problems: InputError[] = []
  for (const [file, own] of values) {
    try {
      if (await recordExpectations(file, own)) updated.push(file.path)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      problems.push(error)
    }
  }
  if (problems.length > 0) {
    const error = joinedError(problems)
    throw new InputError([...updated.map(wroteText), error.message].join('\n'), error)
  }
  return updated
}
