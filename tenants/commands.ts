/** `rimlight tenants`: a distribution for each tenant, from one bundle. */
import type { Main } from '../cli/kit/command.ts'
import { defineVerbs } from '../cli/kit/verbs.ts'
import { realTenantDependencies, type TenantDependencies } from './commands/session.ts'

/** @param dependencies for tests: AWS, time, a person, viewers */
export const tenantsCommand = (dependencies: TenantDependencies): Main =>
  defineVerbs({
    name: 'rimlight tenants',
    about:
      'A distribution for each tenant of a site, from one bundle: `shared`, a host name of one multi-tenant distribution, or `dedicated`, a distribution of its own. What there is is remembered in a store: a file of SQLite, PostgreSQL, or DynamoDB. Every verb that is interrupted carries on when it is run again.',
    verbs: {
      create: {
        about: 'makes tenants, or carries on with those that are half made',
        load: async () => ({ main: (await import('./commands/create.ts')).tenantsCreate(dependencies) }),
      },
      list: {
        about: 'lists what the store has',
        load: async () => ({ main: (await import('./commands/list.ts')).tenantsList(dependencies) }),
      },
      show: {
        about: 'shows one tenant, from the store',
        load: async () => ({ main: (await import('./commands/list.ts')).tenantsShow(dependencies) }),
      },
      invalidate: {
        about: "removes a tenant's objects from the caches",
        load: async () => ({ main: (await import('./commands/invalidate.ts')).tenantsInvalidate(dependencies) }),
      },
      delete: {
        about: 'disables tenants and deletes them',
        load: async () => ({ main: (await import('./commands/delete.ts')).tenantsDelete(dependencies) }),
      },
      status: {
        about: 'asks AWS whether tenants are as they should be',
        load: async () => ({ main: (await import('./commands/status.ts')).tenantsStatus(dependencies) }),
      },
      repair: {
        about: 'makes them so',
        load: async () => ({ main: (await import('./commands/status.ts')).tenantsRepair(dependencies) }),
      },
      upgrade: {
        about: 'brings all tenants to a new bundle, in batches',
        load: async () => ({ main: (await import('./commands/upgrade.ts')).tenantsUpgrade(dependencies) }),
      },
      cleanup: {
        about: 'deletes what earlier bundles left at AWS',
        load: async () => ({ main: (await import('./commands/cleanup.ts')).tenantsCleanup(dependencies) }),
      },
      'bucket-policy': {
        about: 'prints what the policies of buckets have to say for tenants',
        load: async () => ({ main: (await import('./commands/bucket-policy.ts')).tenantsBucketPolicy(dependencies) }),
      },
    },
    examples: [
      'rimlight tenants create shop --store sqlite:tenants.db --domain sites.example.com --certificate arn:aws:acm:…',
      "rimlight tenants invalidate shop '/*'",
      'rimlight tenants upgrade --dist dist --batch 20',
    ],
  })

export const main = tenantsCommand(realTenantDependencies)
