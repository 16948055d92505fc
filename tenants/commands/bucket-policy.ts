import { defineCommand, type Main } from '../../cli/kit/command.ts'
import { readIdentity } from '../../deploy/attach/distribution.ts'
import { tenantBucketPolicies } from '../bucket-policy.ts'
import { allRecords } from '../store/store.ts'
import { inTenantSession, SITE_OPTIONS, type TenantDependencies } from './session.ts'

export const tenantsBucketPolicy = (dependencies: TenantDependencies): Main =>
  defineCommand({
    name: 'rimlight tenants bucket-policy',
    usage: '[--store URL] [--json]',
    about: `Prints, for each bucket of the bundle, the policy with which CloudFront may read tenants' objects, and the functions the
originals of images. It is the same whatever tenants there are, but that each hundred dedicated ones have a role of their
own: put it into the bucket once, and again when it has changed. Statements that the bucket has for others stay beside it.
It needs sts:GetCallerIdentity, and changes nothing.`,
    options: SITE_OPTIONS,
    examples: ['rimlight tenants bucket-policy > policy.json', 'rimlight tenants bucket-policy --json'],
    exitCode: '0 printed; 1 AWS or the store can not be asked; 2 wrong usage or input',
    async run(values, context) {
      return inTenantSession(dependencies, values, context, async ({ manager, store, say }) => {
        let shards = 1
        for await (const { status, shard } of allRecords(store))
          if (status !== 'deleted') shards = Math.max(shards, shard)
        const policies = tenantBucketPolicies(manager.site, shards, await readIdentity(manager.calls))
        if (values.json) context.stdout.write(`${JSON.stringify({ policies })}\n`)
        else for (const { policy } of policies) say(`${JSON.stringify(policy, null, 2)}\n`)
        return 0
      })
    },
  })
