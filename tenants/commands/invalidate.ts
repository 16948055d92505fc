import { unexpectedInput } from '../../base/errors.ts'
import { defineCommand, type Main } from '../../cli/kit/command.ts'
import type { TenantInvalidation } from '../invalidations.ts'
import { inTenantSession, SITE_OPTIONS, type TenantDependencies } from './session.ts'

export const tenantsInvalidate = (dependencies: TenantDependencies): Main =>
  defineCommand({
    name: 'rimlight tenants invalidate',
    usage: 'ID PATH… | --all PATH… [--wait] [--store URL] [--json]',
    about: `Removes a tenant's objects from the caches. A path is as viewers ask for it, without the tenant's prefix; a * at its end
stands for the rest, and # and a cache tag for all of the tenant's objects that have it, where the config sets cacheTags.
Invalidations of all tenants share one rate of the account, 150 paths and 1 with a * a second: those of --all are sent
one after the other.`,
    takesOperands: true,
    options: {
      ...SITE_OPTIONS,
      all: { type: 'boolean', about: 'of all tenants' },
      wait: { type: 'boolean', about: 'wait until it is done at every edge location' },
    },
    examples: [
      "rimlight tenants invalidate shop '/*'",
      "rimlight tenants invalidate shop '#/index.html'",
      "rimlight tenants invalidate --all '/theme/*' --wait",
    ],
    exitCode: '0 under way, or with --wait done; 1 not done; 2 wrong usage or input',
    async run(values, context) {
      const [first, ...rest] = context.positionals
      if (!values.all && (first === undefined || /^[/#]/.test(first))) {
        throw unexpectedInput({
          code: 'operands',
          expected: "a tenant's id and paths",
          found: JSON.stringify(first ?? ''),
          remedy: context.hint,
        })
      }
      return inTenantSession(dependencies, values, context, async ({ tenants, say }) => {
        const ids = values.all
          ? (await tenants.list()).filter(({ awsId }) => awsId !== null).map(({ tenant }) => tenant)
          : [first as string]
        const done: TenantInvalidation[] = []
        for (const id of ids) {
          const paths = values.all ? context.positionals : rest
          const one = await tenants.invalidate(id, paths, { wait: values.wait })
          done.push(one)
          if (!values.json) {
            const state = one.isCompleted
              ? 'removed from the caches'
              : 'being removed from the caches, in a minute or two'
            say(`${id}: ${one.paths.join(' ')} ${state}; invalidation ${one.id}\n`)
          }
        }
        if (values.json) context.stdout.write(`${JSON.stringify({ invalidations: done })}\n`)
        return 0
      })
    },
  })
