/** The project's own config, built, and the recorded events replayed against it. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../base/root.ts'
import { buildSite } from '../../build/site.ts'
import { placeText, type Replay, type ReplayResult, replay } from '../../local/replay/replay-events.ts'

const EVENTS = join(ROOT, 'test/events')
const CORPUS = process.env.RIMLIGHT_CORPUS
const NO_CORPUS = 'RIMLIGHT_CORPUS names no folder of further events'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rimlight-test-'))
  await buildSite(join(ROOT, 'edge.config.ts'), folder)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const countOf = ({ results }: Replay, trigger: string) => results.filter((result) => result.trigger === trigger).length

/** Where a result breaks a rule, or engines do not agree, and how. */
const broken = ({ results }: Replay) =>
  results.flatMap((result) =>
    result.violations.length > 0 || result.disagreement ? [{ at: placeText(result), ...faults(result) }] : [],
  )

const faults = ({ violations, disagreement }: ReplayResult) => ({ violations, disagreement })

describe("the project's own config", () => {
  it('meets every recorded expectation, at each trigger', async () => {
    const replayed = await replay([EVENTS], { dist: folder })
    expect(countOf(replayed, 'viewer-request')).toBeGreaterThanOrEqual(11)
    expect(countOf(replayed, 'origin-request')).toBeGreaterThanOrEqual(6)
    expect(countOf(replayed, 'origin-response')).toBeGreaterThanOrEqual(9)
    expect(replayed.engines).toContain('workerd')
    expect(replayed.skipped).toEqual([])
    expect(broken(replayed)).toEqual([])
    const unmet = replayed.results.filter(({ expectation }) => expectation !== 'met')
    expect(unmet.map((result) => ({ at: placeText(result), unmet: result.unmet }))).toEqual([])
  })

  it.skipIf(!CORPUS)(
    `breaks no rule of CloudFront on events from elsewhere${CORPUS ? '' : ` (${NO_CORPUS})`}`,
    async () => {
      const replayed = await replay([join(CORPUS ?? '', 'events')], { dist: folder })
      expect(replayed.results.length).toBeGreaterThanOrEqual(21)
      expect(broken(replayed)).toEqual([])
    },
  )
})
