/** Whose code is on the triggers, and of which build: recognised by its hash, not by its name. */
import { createHash } from 'node:crypto'
import { GetFunctionCommand } from '@aws-sdk/client-cloudfront'
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import { artefactAt } from '../../bundle/manifest.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import { TRIGGERS, type Trigger } from '../../edge/limits.ts'
import { associationAt, behavioursOf } from './behaviours.ts'
import type { Calls } from './calls.ts'
import { functionName, isOurs } from './names.ts'
import type { Situation } from './plan.ts'

export type TriggerCode = {
  trigger: Trigger
  name: string | null
  build: 'this' | 'other' | 'foreign' | 'none'
  /**
   * sha256 in hex of a function, in base64 of a Lambda's zip, as AWS reports it; null: not ours, or AWS does not have
   * it.
   */
  sha256: string | null
}

/** The code on the behaviours that were asked for; on all behaviours, where none of those has a route. */
export async function attachedCode(
  calls: Calls,
  { distribution, pairs }: Situation,
  { manifest }: BuiltBundle,
): Promise<{ path: string; triggers: TriggerCode[] }[]> {
  const hashes = new Map<string, string | null>()
  const hashOf = async (arn: string) => {
    if (!hashes.has(arn)) hashes.set(arn, await readHash(calls, arn))
    return hashes.get(arn) ?? null
  }
  const rows: { path: string; triggers: TriggerCode[] }[] = []
  for (const { pattern, behaviour } of pairs.length > 0 ? pairs : behavioursOf(distribution.config)) {
    const triggers: TriggerCode[] = []
    for (const trigger of TRIGGERS) {
      const there = associationAt(behaviour, trigger)
      if (!there) {
        triggers.push({ trigger, name: null, build: 'none', sha256: null })
        continue
      }
      const isOwn = isOurs(there.arn, distribution.id)
      const sha256 = isOwn ? await hashOf(there.arn) : null
      // At viewer-request it may be either artefact: which of the two belongs there is checked elsewhere.
      const artefact =
        manifest.artefacts[artefactAt(trigger, there.kind === 'lambda' ? { viewerRequest: 'lambda' } : {})]
      const isThis = sha256 !== null && sha256 === (there.kind === 'function' ? artefact?.sha256 : artefact?.codeSha256)
      triggers.push({
        trigger,
        name: functionName(there.arn),
        build: !isOwn ? 'foreign' : isThis ? 'this' : 'other',
        sha256,
      })
    }
    rows.push({ path: pattern, triggers })
  }
  return rows
}

async function readHash({ find }: Calls, arn: string): Promise<string | null> {
  const [name = '', version] = functionName(arn).split(':')
  if (version === undefined) {
    const found = await find('cloudfront:GetFunction', ({ cloudfront }) =>
      cloudfront.send(new GetFunctionCommand({ Name: name, Stage: 'LIVE' })),
    )
    return found?.FunctionCode ? createHash('sha256').update(found.FunctionCode).digest('hex') : null
  }
  const found = await find('lambda:GetFunctionConfiguration', ({ lambda }) =>
    lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name, Qualifier: version })),
  )
  return found?.CodeSha256 ?? null
}
