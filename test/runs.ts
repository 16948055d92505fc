/**
 * How much the long tests do, said in one place. `RIMLIGHT_TEST_RUNS=full`: all that they can, as CI does. `short`:
 * a tenth, so that nobody waits for properties; it is what `npm test`, `npm run test:unit` and a bare `npx vitest` do.
 */

export type Extent = 'short' | 'full'

/** @throws Error for a word that is neither */
export function readExtent(value: string | undefined): Extent {
  if (value === undefined || value === '' || value === 'short') return 'short'
  if (value === 'full') return 'full'
  throw new Error(`RIMLIGHT_TEST_RUNS: expected short or full, found ${value}`)
}

export const EXTENT: Extent = readExtent(process.env.RIMLIGHT_TEST_RUNS)

/** Of what a full run does, a short one does one part in so many. */
const SHARE = 10

/** As many as a short run needs, to have seen every kind of value once. */
const FEWEST = 30

/** The same where each one takes a tenth of a second of the processor: files that are decoded and made into pictures anew. */
const SHARE_OF_PICTURES = 40

/**
 * How often a property is tried: `full` times, or a tenth of that, but not under 30 if there are as many.
 * @param share of a full run, one part in so many
 */
export const runs = (full: number, extent: Extent = EXTENT, share = SHARE): number =>
  extent === 'full' ? full : Math.min(full, Math.max(FEWEST, Math.round(full / share)))

/** fast-check's own number; `setup.ts` sets it for properties that name none. */
export const DEFAULT_RUNS = runs(100)

/**
 * All of a list, or every fifth and the last; of thousands, every twenty-third, so that what comes in pairs or tens is not
 * always the same. For loops over all places where something can go wrong.
 * @param step in place of these, where a list is short and each of it differs from its neighbours
 */
export function sampleOf<T>(all: readonly T[], extent: Extent = EXTENT, step = all.length < 1_000 ? 5 : 23): T[] {
  return all.filter((_, index) => extent === 'full' || index % step === 0 || index === all.length - 1)
}

/** Environment of what makes templates: CloudFormation's own validation takes a processor three seconds to load, each time. */
export const TEMPLATES: Record<string, string> = EXTENT === 'full' ? {} : { CDK_VALIDATION: 'false' }

/** How many random events or files there are: RIMLIGHT_FUZZ, for a longer run than a full one, or as many as `runs`. */
export const fuzzRuns = (full: number): number => Number(process.env.RIMLIGHT_FUZZ ?? runs(full))

/** The same for files of which most are made into pictures anew. */
export const pictureRuns = (full: number): number =>
  Number(process.env.RIMLIGHT_FUZZ ?? runs(full, EXTENT, SHARE_OF_PICTURES))

/**
 * Of all that is random: always the same, so that what a change broke is told from what nobody had tried yet, but another
 * for each longer run. RIMLIGHT_SEED repeats a failure, or tries what no run has tried: RIMLIGHT_SEED=$RANDOM.
 */
export const SEED = Number(process.env.RIMLIGHT_SEED ?? (process.env.RIMLIGHT_FUZZ ? Date.now() % 2 ** 31 : 20_261_120))
