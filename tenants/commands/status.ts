import { Failure } from '../../base/errors.ts'
import { defineCommand, type Main } from '../../cli/kit/command.ts'
import type { Paint } from '../../cli/kit/output.ts'
import { confirmed } from '../../deploy/aws/session.ts'
import type { SharedState, TenantState } from '../options.ts'
import type { TenantRecord } from '../record.ts'
import type { Tenants } from '../tenants.ts'
import { CHANGE_OPTIONS, inTenantSession, recordLines, SITE_OPTIONS, type TenantDependencies } from './session.ts'

export const tenantsStatus = (dependencies: TenantDependencies): Main =>
  defineCommand({
    name: 'rimlight tenants status',
    usage: '[ID…] [--store URL] [--json]',
    about: `Asks AWS for each tenant, or for those that are named, whether it is there, and as the store and the bundle say; and for the
multi-tenant distribution that shared ones are on. It changes nothing. \`rimlight tenants repair\` puts right what it finds.`,
    takesOperands: true,
    options: SITE_OPTIONS,
    exitCode: '0 all are as they should be; 1 some are not, or AWS can not be asked; 2 wrong usage or input',
    async run(values, context) {
      return inTenantSession(dependencies, values, context, async ({ manager, tenants, paint, say }) => {
        const shared = await manager.sharedState()
        if (shared && !values.json) say(sharedText(shared, paint))
        const states = await statesOf(tenants, context.positionals, (state) => {
          if (!values.json) say(stateText(state, paint))
        })
        const wrong = states.filter(isWrong)
        if (values.json) context.stdout.write(`${JSON.stringify({ shared, tenants: states })}\n`)
        else say(`${states.length} tenants, ${wrong.length} of them not as they should be.\n`)
        return wrong.length > 0 || isDrifted(shared) ? 1 : 0
      })
    },
  })

export const tenantsRepair = (dependencies: TenantDependencies): Main =>
  defineCommand({
    name: 'rimlight tenants repair',
    usage: '[ID…] [--store URL] [--dry-run] [--yes] [--json]',
    about: `Makes tenants as the store and their bundle say, after showing what it will do: what was changed by hand is put back, what
was deleted is made again, what was left half done is gone on with. Of the multi-tenant distribution, what the bundle says
is put back for all of its tenants at once; what it does not say stays. A dedicated tenant that is made again has another
name below cloudfront.net.`,
    takesOperands: true,
    options: { ...SITE_OPTIONS, ...CHANGE_OPTIONS, wait: { type: 'boolean', about: 'wait until they are deployed' } },
    exitCode: '0 repaired, or nothing to repair; 1 declined or not done; 2 wrong usage or input',
    async run(values, context) {
      return inTenantSession(dependencies, values, context, async ({ manager, tenants, paint, say }) => {
        const shared = await manager.sharedState()
        const states = await statesOf(tenants, context.positionals, () => {})
        const wrong = states.filter(isWrong)
        if (shared && isDrifted(shared)) say(sharedText(shared, paint))
        for (const state of wrong) say(stateText(state, paint))
        const planned = wrong.map(({ record }) => record.tenant)
        const isFine = wrong.length === 0 && !isDrifted(shared)
        if (isFine || values['dry-run']) {
          say(isFine ? 'Nothing to repair.\n' : 'Nothing was changed: --dry-run.\n')
          if (values.json) context.stdout.write(`${JSON.stringify({ shared, planned })}\n`)
          return 0
        }
        if (!(await confirmed(dependencies, values.yes, 'Repair? [y/N] ')))
          throw new Failure('Nothing was changed.', { code: 'declined' })
        if (isDrifted(shared)) await manager.repairShared()
        const records: TenantRecord[] = []
        for (const id of planned) records.push(await tenants.repair(id, { wait: values.wait }))
        if (values.json) context.stdout.write(`${JSON.stringify({ shared, planned, tenants: records })}\n`)
        else say(recordLines(records, paint))
        return 0
      })
    },
  })

async function statesOf(
  tenants: Tenants,
  ids: readonly string[],
  each: (state: TenantState) => void,
): Promise<TenantState[]> {
  const states: TenantState[] = []
  for (const id of ids.length > 0 ? ids : (await tenants.list()).map(({ tenant }) => tenant)) {
    const state = await tenants.status(id)
    states.push(state)
    each(state)
  }
  return states
}

const isDrifted = (shared: SharedState | null): boolean => shared !== null && shared.differences.length > 0

function sharedText({ distributionId, differences }: SharedState, paint: Paint): string {
  const isAsWanted = differences.length === 0
  const title = paint(isAsWanted ? 'green' : 'red', distributionId)
  const lines = [`${title}  the multi-tenant distribution${isAsWanted ? ': as the bundle says' : ''}`]
  return `${[...lines, ...differences.map((text) => `  ${text}`)].join('\n')}\n`
}

/** What was left half done counts as well. */
const isWrong = ({ record, found, differences }: TenantState): boolean =>
  found === 'missing' || differences.length > 0 || ['creating', 'disabling', 'deleting'].includes(record.status)

function stateText({ record, found, differences, isCurrent, certificate }: TenantState, paint: Paint): string {
  const { tenant, kind, awsId, status, lastError } = record
  const colour = found === 'missing' || differences.length > 0 ? 'red' : 'green'
  return [
    `${paint(colour, tenant)}  ${kind} ${awsId ?? '-'}: ${status}, at AWS ${found}${isCurrent ? '' : ', on another bundle'}`,
    ...differences.map((text) => `  ${text}`),
    ...(found === 'missing' ? ['  will be made again'] : []),
    ...(certificate && certificate.status !== 'issued' ? [`  certificate ${certificate.status}`] : []),
    ...(certificate?.status === 'pending-validation'
      ? certificate.tokens.map(({ redirectFrom, redirectTo }) => `    ${redirectFrom} has to redirect to ${redirectTo}`)
      : []),
    ...(lastError === null ? [] : [`  last error: ${lastError}`]),
    '',
  ].join('\n')
}
