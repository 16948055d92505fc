/** What the verbs of `rimlight tenants` have in common: their options, and a manager that ends with the command. */
import { Interrupted, RimlightError, unexpectedInput } from '../../base/errors.ts'
import { type BuiltBundle, readBundle } from '../../bundle/read-bundle.ts'
import type { CommandContext } from '../../cli/kit/command.ts'
import type { OptionRows, Values } from '../../cli/kit/options.ts'
import { type Output, type Paint, painter, statusLine } from '../../cli/kit/output.ts'
import { verify } from '../../deploy/verify/run.ts'
import { type Dependencies, realDependencies } from '../aws.ts'
import { TenantManager } from '../manager.ts'
import type { TenantRecord } from '../record.ts'
import { tenantSite } from '../site.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { type Tenants, tenantsOf } from '../tenants.ts'

export type TenantDependencies = Dependencies & {
  /** Asks a tenant over HTTPS whether it does what the bundle says. @returns what does not hold, in words */
  verify(bundle: BuiltBundle, url: URL): Promise<string[]>
}

export const realTenantDependencies: TenantDependencies = {
  ...realDependencies,
  get ask() {
    return realDependencies.ask
  },
  async verify(bundle, url) {
    try {
      const { checks } = await verify({ bundle, url })
      return checks.flatMap((check) => {
        if (check.status === 'differs') {
          return [`${check.place} ${check.id}: expected ${check.expected}, found ${check.found}`]
        }
        return check.status === 'unasked' ? [`${check.place} ${check.id}: ${check.reason}`] : []
      })
    } catch (error) {
      if (error instanceof RimlightError) return [error.message]
      throw error
    }
  },
}

export const TENANT_STORE_OPTIONS = {
  store: {
    type: 'string',
    value: 'URL',
    about: 'sqlite:FILE, postgres://USER@HOST/DATABASE or dynamodb://TABLE?region=REGION',
    default: 'sqlite:rimlight-tenants.db',
  },
  json: { type: 'boolean', about: 'print one JSON document' },
} as const satisfies OptionRows

export const SITE_OPTIONS = {
  ...TENANT_STORE_OPTIONS,
  dist: { type: 'string', value: 'DIR', about: 'the bundle', default: 'dist' },
  site: { type: 'string', value: 'NAME', about: "what names at AWS hold; default: made of the config's first domain" },
  domain: {
    type: 'string',
    value: 'HOST',
    about: "shared tenants are TENANT.HOST; default: the config's first domain",
  },
  'key-prefix': {
    type: 'string',
    value: 'PREFIX',
    about: "what keys of the bucket begin with before the tenant's id",
    default: 'tenants',
  },
  certificate: {
    type: 'string',
    value: 'ARN',
    about: 'a certificate of ACM in us-east-1 for *.HOST; without it each shared tenant is given one of its own',
  },
} as const satisfies OptionRows

export const CHANGE_OPTIONS = {
  'dry-run': { type: 'boolean', about: 'show the plan, change nothing' },
  yes: { type: 'boolean', about: 'do not ask' },
} as const satisfies OptionRows

export type TenantSession = {
  manager: TenantManager
  tenants: Tenants
  store: Store
  /** Where people read: stdout, or stderr where stdout is for programs. */
  people: Output
  paint: Paint
  /** Takes the status line away before anything else is said. */
  say(text: string): void
}

/** @param carryOn what to say of a Ctrl-C: how to carry on */
export async function inTenantSession<T>(
  dependencies: TenantDependencies,
  values: Values<typeof SITE_OPTIONS>,
  { stdout, stderr }: Pick<CommandContext, 'stdout' | 'stderr'>,
  run: (session: TenantSession) => Promise<T>,
): Promise<T> {
  const site = tenantSite(await readBundle(values.dist), {
    name: values.site,
    domain: values.domain,
    keyPrefix: values['key-prefix'],
    certificateArn: values.certificate,
  })
  const store = await openStore(values.store)
  const { signal, close } = dependencies.interrupt()
  const line = statusLine(stderr)
  const people = values.json ? stderr : stdout
  const manager = new TenantManager({ store, site, dependencies, signal, progress: line.show })
  try {
    return await run({
      manager,
      tenants: tenantsOf(manager, 'shared'),
      store,
      people,
      paint: painter(people),
      say(text) {
        line.clear()
        people.write(text)
      },
    })
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    throw new Interrupted('Interrupted: nothing is lost. Run the same command again to carry on.', { cause: error })
  } finally {
    line.clear()
    close()
    await store.close()
  }
}

/** Ids as operands. @throws InputError where there are none */
export function tenantIds(positionals: readonly string[], hint: string): string[] {
  if (positionals.length === 0)
    throw unexpectedInput({ code: 'operands', expected: "a tenant's id such as shop", found: 'none', remedy: hint })
  return [...new Set(positionals)]
}

/** One line for each, in columns. */
export function recordLines(records: readonly TenantRecord[], paint: Paint): string {
  const rows = records.map(({ tenant, kind, status, domain, bundle, lastError }) => [
    tenant,
    kind,
    status,
    domain ?? '-',
    bundle ?? '-',
    lastError ?? '',
  ])
  const head = ['tenant', 'kind', 'status', 'domain', 'bundle', '']
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)) + 2)
  const line = (cells: readonly string[]) =>
    cells
      .slice(0, -1)
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('')
      .trimEnd()
  return [
    paint('bold', line(head)),
    ...rows.map((row) => [line(row), ...(row.at(-1) ? [paint('red', `  ${row.at(-1)}`)] : [])].join('\n')),
    '',
  ].join('\n')
}
