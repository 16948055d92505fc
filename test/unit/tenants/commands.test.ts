/** `rimlight tenants`, as a person and as a program use it. */
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { TenantDependencies } from '../../../tenants/commands/session.ts'
import { tenantsCommand } from '../../../tenants/commands.ts'
import { run } from '../../aws/fixture.ts'
import type { TenantAws } from '../../aws/tenant-aws.ts'
import type { Clock } from '../../tenants/clock.ts'
import { CERTIFICATE } from '../../tenants/manager.ts'
import { scene, useTenantBundles } from '../../tenants/scene.ts'
import { temporaryFolder } from '../local/fixture.ts'

const bundles = useTenantBundles()

let aws: TenantAws
let clock: Clock
let folder = ''
let verified: string[] = []
let problems: Record<string, string[]> = {}
let answers: boolean[] | null = null
let questions: string[] = []

beforeEach(async () => {
  const one = scene(bundles)
  aws = one.aws
  clock = one.clock
  folder = await temporaryFolder()
  verified = []
  problems = {}
  answers = null
  questions = []
})

function tenants(
  verb: string,
  args: string[] = [],
  { dist = bundles.dist, signal = new AbortController().signal } = {},
) {
  const dependencies: TenantDependencies = {
    ...clock,
    interrupt: () => ({ signal, close() {} }),
    ask:
      answers === null
        ? null
        : async (question) => {
            questions.push(question)
            return answers?.shift() ?? false
          },
    async verify(_, url) {
      verified.push(url.host)
      return problems[url.host] ?? []
    },
  }
  const common = ['--store', `sqlite:${join(folder, 'tenants.db')}`]
  const site = ['list', 'show'].includes(verb) ? [] : ['--dist', dist, '--certificate', CERTIFICATE]
  return run(tenantsCommand(dependencies), [verb, ...args, ...common, ...site])
}

const json = ({ stdout }: { stdout: string }) => JSON.parse(stdout)

describe('create', () => {
  it('shows what it will do, asks, and does it', async () => {
    answers = [true]
    const { code, stdout } = await tenants('create', ['shop', 'bakery', '--wait'])
    expect(code).toBe(0)
    expect(questions).toEqual(['Create? [y/N] '])
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      '+ shop  shared, shop.sites.example.com, keys example-sites/tenants/shop/',
      '+ bakery  shared, bakery.sites.example.com, keys example-sites/tenants/bakery/',
      'tenant  kind    status    domain                    bundle',
    ])
    expect([...aws.tenants.values()].map(({ tenant }) => tenant.Name)).toEqual([
      'rimlight-sites-example-com-shop',
      'rimlight-sites-example-com-bakery',
    ])
  })

  it('changes nothing with --dry-run, where it is declined, and where nobody can be asked', async () => {
    expect((await tenants('create', ['shop', '--dry-run'])).stdout).toContain('Nothing was changed: --dry-run.\n')
    answers = [false]
    expect(await tenants('create', ['shop'])).toMatchObject({ code: 1, stderr: 'Nothing was changed.\n' })
    answers = null
    const { code, stderr } = await tenants('create', ['shop'])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'expected --yes, since stdin is no terminal and nobody can be asked; --dry-run shows the plan alone\n',
    })
    expect(aws.mutations).toEqual([])
  })

  it('leaves alone what is there, and says so to programs', async () => {
    const first = json(await tenants('create', ['shop', '--yes', '--json']))
    expect(first).toMatchObject({ planned: ['shop'], tenants: [{ tenant: 'shop', status: 'deploying' }] })
    const again = json(await tenants('create', ['shop', '--yes', '--json']))
    expect(again).toEqual({ planned: [], tenants: first.tenants })
  })

  it('is interrupted, and carries on', async () => {
    const controller = new AbortController()
    aws.before = (action) => {
      if (action === 'lambda:CreateFunction') controller.abort()
    }
    const { code, stderr } = await tenants('create', ['shop', '--yes'], { signal: controller.signal })
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr: 'Interrupted: nothing is lost. Run the same command again to carry on.\n',
    })
    aws.before = () => {}
    expect(json(await tenants('show', ['shop', '--json']))).toMatchObject({ status: 'creating', claim: null })
    expect((await tenants('create', ['shop', '--yes', '--wait'])).code).toBe(0)
    expect(json(await tenants('show', ['shop', '--json']))).toMatchObject({ status: 'deployed' })
  })

  it.each([
    [[], "expected a tenant's id such as shop, found none; `rimlight tenants create --help` says how to use it\n"],
    [['shop', '--kind', 'both'], '--kind: expected shared or dedicated, found "both"\n'],
    [
      ['a', '--host-name', 'a.example.org/b'],
      '--host-name: expected a host name such as sites.example.com, found "a.example.org/b"\n',
    ],
    [['a', 'b', '--host-name', 'a.example.org'], '--host-name: expected one tenant that it is for, found 2\n'],
    [
      ['shop', '--site', 'My TenantSite'],
      '--site: expected at most 24 lower-case letters, digits and hyphens, found "My TenantSite"\n',
    ],
    [
      ['shop', '--domain', 'localhost'],
      '--domain: expected a host name such as sites.example.com, found "localhost"\n',
    ],
    [
      ['shop', '--key-prefix', '../a'],
      '--key-prefix: expected letters, digits, hyphens and underscores with slashes between them, found "../a"\n',
    ],
  ])('refuses %j', async (args, stderr) => {
    expect(await tenants('create', args)).toMatchObject({ code: 2, stderr })
  })
})

describe('list and show', () => {
  it('need the store alone', async () => {
    expect((await tenants('list')).stdout).toBe('No tenants.\n')
    await tenants('create', ['shop', '--yes', '--wait'])
    aws.calls.length = 0
    expect(json(await tenants('list', ['--json'])).tenants).toHaveLength(1)
    expect((await tenants('show', ['shop'])).stdout).toMatch(
      /^tenant {8}shop\nkind {10}shared\nstatus {8}deployed\nurl {11}https:\/\/shop\.sites\.example\.com\/\n/,
    )
    expect(aws.calls).toEqual([])
    expect((await tenants('show', ['nobody'])).stderr).toMatch(
      /^unknown tenant: expected one that sqlite:.* has, found none called nobody; `rimlight tenants list` lists them\n$/,
    )
  })
})

describe('invalidate', () => {
  it('one, and all', async () => {
    await tenants('create', ['shop', 'bakery', '--yes', '--wait'])
    const { stdout } = await tenants('invalidate', ['shop', '/a.jpg', '/b/*', '--wait'])
    expect(stdout).toMatch(/^shop: \/a\.jpg \/b\/\* removed from the caches; invalidation I\d+\n$/)
    // Tenants may share a distribution, and its tags.
    expect(await tenants('invalidate', ['shop', '#album-7'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'expected paths: cacheTags is not set in the config, so that nothing has tags, found the tag #album-7',
      ),
    })
    const all = json(await tenants('invalidate', ['--all', '/*', '--json']))
    expect(all.invalidations.map(({ tenant, paths }: { tenant: string; paths: string[] }) => [tenant, paths])).toEqual([
      ['bakery', ['/*']],
      ['shop', ['/*']],
    ])
  })

  it.each([
    [
      ['/*'],
      `expected a tenant's id and paths, found "/*"; \`rimlight tenants invalidate --help\` says how to use it\n`,
    ],
    [['shop', 'a.jpg'], 'expected a path that begins with a slash, such as /photos/*, found "a.jpg"\n'],
    [['shop'], "expected paths such as '/photos/*', found none\n"],
  ])('refuses %j', async (args, stderr) => {
    await tenants('create', ['shop', '--yes'])
    expect(await tenants('invalidate', args)).toMatchObject({ code: 2, stderr })
  })
})

describe('delete', () => {
  it('disables, waits and deletes; the objects stay', async () => {
    await tenants('create', ['shop', 'bakery', '--yes', '--kind', 'dedicated'])
    answers = [true]
    const { code, stdout } = await tenants('delete', ['shop', 'bakery'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^- shop {2}dedicated, E\d+, \S+; s3:\/\/example-sites\/tenants\/shop\/ stays\n/)
    expect(stdout).toContain('Deleted shop\nDeleted bakery\n')
    expect(aws.distributions.size).toBe(0)
    expect((await tenants('list')).stdout).toBe('No tenants.\n')
  })

  it('goes on when it is run again', async () => {
    await tenants('create', ['shop', '--yes', '--kind', 'dedicated'])
    expect((await tenants('delete', ['shop', '--yes', '--no-wait'])).stdout).toContain(
      'Disabled shop; `rimlight tenants delete shop` goes on when that is deployed\n',
    )
    expect(aws.distributions.size).toBe(1)
    expect((await tenants('delete', ['shop', '--yes'])).stdout).toContain('Deleted shop\n')
    expect(aws.distributions.size).toBe(0)
  })
})

describe('status and repair', () => {
  it('tell of what somebody did by hand, and put it right after asking', async () => {
    await tenants('create', ['shop', 'bakery', 'inn', '--yes', '--wait'])
    expect(await tenants('status')).toMatchObject({ code: 0 })
    const byName = new Map([...aws.tenants].map(([id, { tenant }]) => [tenant.Name?.split('-').at(-1), id]))
    aws.tenants.delete(byName.get('shop') ?? '')
    Object.assign(aws.tenants.get(byName.get('inn') ?? '')?.tenant ?? {}, { Enabled: false })
    const { code, stdout } = await tenants('status')
    expect(code).toBe(1)
    expect(stdout).toContain('inn  shared dt_')
    expect(stdout).toContain('  Enabled: false → true\n')
    expect(stdout).toContain('deployed, at AWS missing\n  will be made again\n')
    expect(stdout).toContain('3 tenants, 2 of them not as they should be.\n')

    const before = aws.mutations.length
    expect((await tenants('repair', ['--dry-run'])).stdout).toContain('Nothing was changed: --dry-run.\n')
    expect(aws.mutations).toHaveLength(before)
    answers = [true]
    expect((await tenants('repair', ['--wait'])).code).toBe(0)
    expect(questions).toEqual(['Repair? [y/N] '])
    expect((await tenants('status')).code).toBe(0)
    expect((await tenants('repair')).stdout).toBe('Nothing to repair.\n')
  })
})

describe('the multi-tenant distribution', () => {
  it('that somebody changed is told of, shown and put back', async () => {
    await tenants('create', ['shop', '--yes', '--wait'])
    const [[id, distribution] = ['', undefined]] = aws.distributions
    const [origin] = distribution?.config.Origins?.Items ?? []
    if (origin) origin.OriginPath = ''
    const { code, stdout } = await tenants('status')
    expect(code).toBe(1)
    expect(stdout).toMatch(
      new RegExp(`^${id}  the multi-tenant distribution\n  Origins.*OriginPath: "" → "/tenants/\\{\\{tenant`),
    )
    expect(json(await tenants('status', ['--json'])).shared).toEqual({
      distributionId: id,
      differences: [expect.any(String)],
    })
    answers = [true]
    expect(await tenants('repair')).toMatchObject({ code: 0, stdout: expect.stringContaining('OriginPath') })
    expect(questions).toEqual(['Repair? [y/N] '])
    expect((await tenants('status')).stdout).toContain(`${id}  the multi-tenant distribution: as the bundle says\n`)
  })
})

describe('cleanup', () => {
  it('shows what it will delete, asks, and deletes it', async () => {
    await tenants('create', ['shop', '--yes', '--wait'])
    expect((await tenants('cleanup')).stdout).toBe('Nothing to delete.\n')
    const [[id, distribution] = ['', undefined]] = aws.distributions
    const [name] = aws.functions.keys()
    const newer = (verb: string, ...args: string[]) => tenants(verb, args, { dist: bundles.newer })
    await newer('upgrade', '--yes', '--receipt', join(folder, 'receipt.json'))
    const plan = `- ${id}  ${distribution?.config.Comment}\n- ${name}  function\n`
    expect((await newer('cleanup', '--dry-run')).stdout).toBe(`${plan}Nothing was changed: --dry-run.\n`)
    answers = [false, true]
    expect(await newer('cleanup')).toMatchObject({ code: 1, stderr: 'Nothing was changed.\n' })
    expect((await newer('cleanup')).stdout).toBe(`${plan}Deleted.\n`)
    expect([aws.distributions.has(id), aws.functions.has(String(name))]).toEqual([false, false])
    expect(json(await newer('cleanup', '--json'))).toEqual({
      planned: { distributions: [], functions: [], policies: [] },
    })
  })
})

it('bucket-policy prints what buckets have to say', async () => {
  const { code, stdout } = await tenants('bucket-policy')
  expect([code, JSON.parse(stdout).Statement[0].Sid]).toEqual([0, 'RimlightReadTenants'])
  expect(json(await tenants('bucket-policy', ['--json'])).policies).toMatchObject([{ bucket: 'example-sites' }])
  expect(aws.mutations).toEqual([])
})

describe('upgrade', () => {
  const NAMES = ['a', 'b', 'c', 'd', 'e']
  const receipt = () => ['--receipt', join(folder, 'receipt.json')]

  it('asks each tenant, stops, carries on and goes back', async () => {
    await tenants('create', [...NAMES, '--yes', '--wait'])
    const upgrade = (...args: string[]) =>
      tenants('upgrade', ['--batch', '2', ...receipt(), ...args], { dist: bundles.newer })
    expect((await upgrade('--dry-run')).stdout).toMatch(
      /^5 tenants to bundle [0-9a-f]{16}, in batches of 2: a b c d e\nReceipt: .*\nNothing was changed: --dry-run\.\n$/,
    )
    problems = { 'c.sites.example.com': ['/* cache-key: expected one, found two'] }
    const stopped = await upgrade('--yes')
    expect(stopped.code).toBe(1)
    expect(stopped.stderr).toBe(
      [
        'Stopped after 4 tenants, 1 are left: not all of the last batch do what the bundle says.',
        '  c',
        '    /* cache-key: expected one, found two',
        'The same command carries on, once that is put right; with --back all that have been upgraded go back.',
        '',
      ].join('\n'),
    )
    expect(verified).toEqual(['a', 'b', 'c', 'd'].map((name) => `${name}.sites.example.com`))
    problems = {}
    expect(json(await upgrade('--yes', '--json'))).toEqual({
      planned: ['e'],
      outcome: { kind: 'done', tenants: ['e'] },
    })
    expect((await upgrade('--yes')).stdout).toBe('Nothing to change.\n')
    answers = [true]
    expect((await upgrade('--back')).stdout).toContain('5 tenants are on the bundle before.\n')
    expect(questions).toEqual(['Go back? [y/N] '])
    expect(new Set([...aws.tenants.values()].map(({ tenant }) => tenant.DistributionId)).size).toBe(1)
  })

  it.each([
    [['--batch', '0'], '--batch: expected a whole number from 1 on, found "0"\n'],
    [['--batch', 'x'], '--batch: expected a whole number from 1 on, found "x"\n'],
  ])('refuses %j', async (args, stderr) => {
    expect(await tenants('upgrade', args)).toMatchObject({ code: 2, stderr })
  })

  it('goes nowhere back without a receipt', async () => {
    expect((await tenants('upgrade', ['--back', ...receipt()])).stderr).toMatch(
      /receipt\.json: expected the receipt of an upgrade, found none; name it with --receipt\n$/,
    )
  })
})
