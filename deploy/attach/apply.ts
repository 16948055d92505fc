/**
 * Carries out the plan, in an order that makes every interruption harmless: what no viewer's request reaches comes
 * first; the publication of the function and the update of the distribution come last, one right after the other. Each
 * step skips what an earlier run has done.
 */
import type { ArtefactName } from '../../bundle/manifest.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import type { StatusLine } from '../../cli/kit/output.ts'
import type { Calls } from './calls.ts'
import { updateDistribution } from './distribution.ts'
import { prepareFunction, publishFunction, type TestedEvent, testEvents, testFunction } from './function.ts'
import { applyLambda } from './lambdas.ts'
import { type AttachPlan, attachedConfig } from './plan.ts'
import { applyRole } from './role.ts'

/** @returns what the tests of the function measured; empty where it was published already */
export async function applyPlan(
  calls: Calls,
  plan: AttachPlan,
  bundle: BuiltBundle,
  line: StatusLine,
): Promise<TestedEvent[]> {
  const { resources, distribution } = plan
  const { function: cloudFrontFunction, role, lambdas } = resources
  const isNew = cloudFrontFunction.change !== 'keep'
  let tested: TestedEvent[] = []
  let etag = ''
  if (isNew) {
    line.show(`Testing ${cloudFrontFunction.name}`)
    etag = await prepareFunction(calls, cloudFrontFunction, bundle)
    tested = await testFunction(calls, cloudFrontFunction, etag, testEvents(distribution.id, bundle))
  }
  await applyRole(calls, role)
  const arns: Partial<Record<ArtefactName, string>> = { 'viewer-request': cloudFrontFunction.arn }
  for (const lambda of lambdas) {
    arns[lambda.artefact] =
      lambda.version !== null && !plan.updates
        ? `${lambda.arn}:${lambda.version}`
        : await applyLambda(calls, lambda, bundle, (text) => line.show(text))
  }
  if (isNew) {
    line.show(`Publishing ${cloudFrontFunction.name}`)
    await publishFunction(calls, cloudFrontFunction, etag)
  }
  if (plan.updates) {
    line.show(`Updating ${distribution.id}`)
    await updateDistribution(calls, distribution, attachedConfig(plan, arns))
  }
  line.clear()
  return tested
}
