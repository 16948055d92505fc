/** Plans and reports for people. */
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import type { Paint } from '../../cli/kit/output.ts'
import type { FoundDistribution } from './distribution.ts'
import { type Plan, type TriggerChange, triggerChanges } from './plan.ts'

export const titleOf = (
  { id, domain, isDeployed }: Pick<FoundDistribution, 'id' | 'domain' | 'isDeployed'>,
  account: string,
): string => `Distribution ${id} (${domain}) of account ${account}, ${isDeployed ? 'deployed' : 'in progress'}`

/** What is, and what will be. */
export function planText(plan: Plan, bundle: BuiltBundle, paint: Paint): string {
  return [
    paint('bold', titleOf(plan.distribution, plan.identity.account)),
    '',
    ...resourceLines(plan, bundle, paint),
    ...triggerChanges(plan).flatMap(({ path, changes }) => [
      '',
      paint('bold', `Behaviour ${path}`),
      ...changes.flatMap((change) => changeLines(change, paint)),
      ...noteLines(plan.notes[path], paint),
    ]),
    ...(plan.notes['']?.length ? ['', paint('bold', 'Distribution'), ...noteLines(plan.notes[''], paint)] : []),
    '',
  ].join('\n')
}

export const noteLines = (notes: readonly string[] | undefined, paint: Paint): string[] =>
  (notes ?? []).map((note) => paint('yellow', `  ! ${note}`))

const WIDTH = 'viewer-request'.length + 2

export function changeLines({ trigger, before, after }: TriggerChange, paint: Paint): string[] {
  const name = trigger.padEnd(WIDTH)
  if (before === after) return [paint('dim', `    ${name}${before ?? 'nothing'}`)]
  return [
    ...(before === null ? [] : [paint('red', `  - ${name}${before}`)]),
    ...(after === null ? [] : [paint('green', `  + ${name}${after}`)]),
  ]
}

const FUNCTION_CHANGES = {
  create: 'create, test, publish',
  update: 'update, test, publish',
  publish: 'test, publish',
  keep: 'as it is',
}

function resourceLines({ resources }: Plan, { manifest }: BuiltBundle, paint: Paint): string[] {
  const { function: cloudFrontFunction, role, lambdas } = resources
  const rows: [string, string, boolean][] = [
    [
      `function ${cloudFrontFunction.name}`,
      `${FUNCTION_CHANGES[cloudFrontFunction.change]} (sha256 ${manifest.artefacts['viewer-request'].sha256.slice(0, 12)})`,
      cloudFrontFunction.change !== 'keep',
    ],
    [`role ${role.name}`, role.changes.length > 0 ? roleChange(role.changes) : 'as it is', role.changes.length > 0],
    ...lambdas.map(({ name, version, changes, trigger }): [string, string, boolean] => [
      `lambda ${name}`,
      `${version === null ? [...changes.map((change) => LAMBDA_CHANGES[change]), 'publish a version'].join(', ') : `as it is, version ${version}`} (sha256 ${manifest.artefacts[trigger].sha256.slice(0, 12)})`,
      version === null,
    ]),
  ]
  const width = Math.max(...rows.map(([name]) => name.length)) + 2
  return rows.map(([name, text, isChange]) =>
    isChange ? paint('green', `  + ${name.padEnd(width)}${text}`) : paint('dim', `    ${name.padEnd(width)}${text}`),
  )
}

const roleChange = (changes: readonly string[]): string =>
  changes.includes('create') ? 'create' : `put right: ${changes.join(', ')}`

const LAMBDA_CHANGES = { create: 'create', code: 'update the code', configuration: 'update the configuration' }
