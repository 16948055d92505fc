import { Failure } from '../../base/errors.ts'
import { defineCommand, type Main } from '../../cli/kit/command.ts'
import { confirmed } from '../../deploy/aws/session.ts'
import { cleanUp, isNothing, type Leftovers, leftoversOf } from '../cleanup.ts'
import { CHANGE_OPTIONS, inTenantSession, SITE_OPTIONS, type TenantDependencies } from './session.ts'

export const tenantsCleanup = (dependencies: TenantDependencies): Main =>
  defineCommand({
    name: 'rimlight tenants cleanup',
    usage: '[--store URL] [--dry-run] [--yes] [--json]',
    about: `Deletes what builds before the one in dist/ left at AWS, if nobody uses it: multi-tenant distributions that have no tenant,
and CloudFront Functions and policies of this site that no distribution of the account has. It shows what it will delete,
and asks. After that, \`rimlight tenants upgrade --back\` has nothing to go back to.

Versions of the Lambda functions stay: they cost nothing, and Lambda@Edge keeps copies of them for hours.`,
    options: { ...SITE_OPTIONS, ...CHANGE_OPTIONS },
    examples: ['rimlight tenants cleanup --dry-run', 'rimlight tenants cleanup --yes'],
    exitCode: '0 done, or nothing to do; 1 declined or not done; 2 wrong usage or input',
    async run(values, context) {
      return inTenantSession(dependencies, values, context, async ({ manager, paint, say }) => {
        const leftovers = await leftoversOf(manager)
        for (const line of linesOf(leftovers)) say(`${paint('red', `- ${line}`)}\n`)
        const json = (done: object) => {
          if (values.json) context.stdout.write(`${JSON.stringify({ planned: leftovers, ...done })}\n`)
        }
        if (isNothing(leftovers) || values['dry-run']) {
          say(isNothing(leftovers) ? 'Nothing to delete.\n' : 'Nothing was changed: --dry-run.\n')
          json({})
          return 0
        }
        if (!(await confirmed(dependencies, values.yes, 'Delete? [y/N] '))) {
          throw new Failure('Nothing was changed.', { code: 'declined' })
        }
        const kept = await cleanUp(manager, leftovers)
        say(kept.length > 0 ? `Deleted, but for what is in use by now: ${kept.join(', ')}\n` : 'Deleted.\n')
        json({ kept })
        return 0
      })
    },
  })

const linesOf = ({ distributions, functions, policies }: Leftovers): string[] => [
  ...distributions.map(({ id, comment }) => `${id}  ${comment}`),
  ...functions.map((name) => `${name}  function`),
  ...policies.map(({ name }) => `${name}  policy`),
]
