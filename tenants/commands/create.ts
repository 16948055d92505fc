import { Failure, unexpectedInput } from '../../base/errors.ts'
import { checkTenantDomain, checkTenantId } from '../../bundle/tenant.ts'
import { defineCommand, type Main } from '../../cli/kit/command.ts'
import { confirmed } from '../../deploy/aws/session.ts'
import { TENANT_PERMISSIONS } from '../permissions.ts'
import type { TenantKind, TenantRecord } from '../record.ts'
import { prefixOf } from '../site.ts'
import {
  CHANGE_OPTIONS,
  inTenantSession,
  recordLines,
  SITE_OPTIONS,
  type TenantDependencies,
  tenantIds,
} from './session.ts'

const KINDS: readonly TenantKind[] = ['shared', 'dedicated']

export const tenantsCreate = (dependencies: TenantDependencies): Main =>
  defineCommand({
    name: 'rimlight tenants create',
    usage: 'ID… [--kind shared|dedicated] [--store URL] [--dry-run] [--yes] [--json]',
    about: `Makes a tenant for each id, and what tenants share where it is not there yet: a CloudFront Function, two Lambdas, their
role, policies, and for shared tenants a multi-tenant distribution with its connection group. An id that has a tenant
already is left as it is; one that is half made is gone on with.

It takes the permissions that \`rimlight attach --help\` lists, and of cloudfront besides
${TENANT_PERMISSIONS.join(' ')}`,
    takesOperands: true,
    options: {
      ...SITE_OPTIONS,
      ...CHANGE_OPTIONS,
      kind: { type: 'string', value: 'KIND', about: 'shared or dedicated', default: 'shared' },
      'host-name': {
        type: 'string',
        value: 'HOST',
        about: 'a further host name of the one tenant that is made; it needs a certificate',
        multiple: true,
      },
      'host-certificate': { type: 'string', value: 'ARN', about: 'the certificate for --host-name' },
      wait: { type: 'boolean', about: 'wait until CloudFront has deployed them' },
    },
    examples: [
      'rimlight tenants create shop --domain sites.example.com --certificate arn:aws:acm:us-east-1:111122223333:certificate/a',
      'rimlight tenants create shop bakery --kind dedicated --wait --yes',
    ],
    exitCode: '0 made, or there already; 1 declined or not done; 2 wrong usage or input',
    async run(values, context) {
      const ids = tenantIds(context.positionals, context.hint)
      ids.forEach(checkTenantId)
      const kind = KINDS.find((one) => one === values.kind)
      if (!kind)
        throw unexpectedInput({
          at: '--kind',
          code: 'option-value',
          expected: 'shared or dedicated',
          found: JSON.stringify(values.kind),
        })
      const domains = values['host-name']
      for (const domain of domains) checkTenantDomain(domain.replace(/^\*\./, ''), '--host-name')
      if (domains.length > 0 && ids.length > 1) {
        throw unexpectedInput({
          at: '--host-name',
          code: 'option-conflict',
          expected: 'one tenant that it is for',
          found: String(ids.length),
        })
      }
      if (values['host-certificate'] !== undefined && domains.length === 0) {
        throw unexpectedInput({
          at: '--host-certificate',
          code: 'option-missing',
          expected: '--host-name HOST beside --host-certificate',
          found: 'none',
          remedy: context.hint,
        })
      }
      return inTenantSession(dependencies, values, context, async ({ manager, tenants, paint, say }) => {
        const planned: string[] = []
        for (const id of ids) if (!isMade(await manager.get(id))) planned.push(id)
        for (const id of planned) {
          const domain = kind === 'shared' ? `${id}.${manager.site.domain}` : 'a name below cloudfront.net'
          const keys = `${manager.site.bucket}/${prefixOf(manager.site, id)}/`
          say(`${paint('green', `+ ${id}`)}  ${kind}, ${[domain, ...domains].join(', ')}, keys ${keys}\n`)
        }
        if (values['dry-run']) {
          say(planned.length > 0 ? 'Nothing was changed: --dry-run.\n' : 'Nothing to change.\n')
          if (values.json) context.stdout.write(`${JSON.stringify({ planned })}\n`)
          return 0
        }
        if (planned.length > 0 && !(await confirmed(dependencies, values.yes, 'Create? [y/N] '))) {
          throw new Failure('Nothing was changed.', { code: 'declined' })
        }
        const records: TenantRecord[] = []
        for (const id of ids) {
          const certificateArn = values['host-certificate'] ?? null
          records.push(await tenants.getOrCreate(id, { kind, wait: values.wait, domains, certificateArn }))
        }
        if (values.json) context.stdout.write(`${JSON.stringify({ planned, tenants: records })}\n`)
        else say(recordLines(records, paint))
        return 0
      })
    },
  })

const isMade = (record: TenantRecord | null): boolean => record !== null && record.status !== 'creating'
