import { Failure } from '../../base/errors.ts'
import { defineCommand, type Main } from '../../cli/kit/command.ts'
import { confirmed } from '../../deploy/aws/session.ts'
import type { TenantRecord } from '../record.ts'
import { CHANGE_OPTIONS, inTenantSession, SITE_OPTIONS, type TenantDependencies, tenantIds } from './session.ts'

export const tenantsDelete = (dependencies: TenantDependencies): Main =>
  defineCommand({
    name: 'rimlight tenants delete',
    usage: 'ID… [--no-wait] [--store URL] [--dry-run] [--yes] [--json]',
    about: `Disables tenants, waits until that is deployed, which takes minutes for a dedicated one, and deletes them. With --no-wait
they are disabled, and the same command, run later, goes on. Their objects stay in the bucket. A distribution on a
flat-rate plan can't be deleted until the plan ends.`,
    takesOperands: true,
    options: {
      ...SITE_OPTIONS,
      ...CHANGE_OPTIONS,
      'no-wait': { type: 'boolean', about: 'do not wait until they can be deleted' },
    },
    examples: ['rimlight tenants delete shop', 'rimlight tenants delete shop bakery --no-wait --yes'],
    exitCode: '0 deleted, or under way; 1 declined or not done; 2 wrong usage or input',
    async run(values, context) {
      const ids = tenantIds(context.positionals, context.hint)
      return inTenantSession(dependencies, values, context, async ({ manager, tenants, paint, say }) => {
        for (const id of ids) {
          const { kind, awsId, domain, bucket, prefix } = await manager.existing(id)
          say(
            `${paint('red', `- ${id}`)}  ${kind}, ${awsId ?? 'half made'}, ${domain ?? '-'}; s3://${bucket}/${prefix}/ stays\n`,
          )
        }
        if (values['dry-run']) {
          say('Nothing was changed: --dry-run.\n')
          if (values.json) context.stdout.write(`${JSON.stringify({ planned: ids })}\n`)
          return 0
        }
        if (!(await confirmed(dependencies, values.yes, 'Delete? [y/N] ')))
          throw new Failure('Nothing was changed.', { code: 'declined' })
        // All are disabled before the first is waited for: they are deployed at the same time.
        if (ids.length > 1) for (const id of ids) await tenants.delete(id, { wait: false })
        const records: TenantRecord[] = []
        for (const id of ids) {
          const left = await manager.get(id)
          const isLeft = left !== null && !(values['no-wait'] && left.status === 'deleting')
          const record = isLeft ? await tenants.delete(id, { wait: !values['no-wait'] }) : left
          if (record) records.push(record)
          const isGone = record === null || record.status === 'deleted'
          say(
            isGone
              ? `Deleted ${id}\n`
              : `Disabled ${id}; \`rimlight tenants delete ${id}\` goes on when that is deployed\n`,
          )
        }
        if (values.json) context.stdout.write(`${JSON.stringify({ tenants: records })}\n`)
        return 0
      })
    },
  })
