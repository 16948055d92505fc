import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../../../build/config.ts'
import { initCommand } from '../../../../../cli/init.ts'
import { run } from '../../../../aws/fixture.ts'
import { temporaryFolder } from '../../../local/fixture.ts'
import { expectedSettings, PEM } from './same-site.ts'

const distribution = (values: object) => ({
  address: 'aws_cloudfront_distribution.site',
  mode: 'managed',
  type: 'aws_cloudfront_distribution',
  name: 'site',
  values: {
    id: 'EDFDVBD6EXAMPLE',
    domain_name: 'd111111abcdef8.cloudfront.net',
    aliases: ['img.example.com'],
    enabled: true,
    default_root_object: null,
    origin: [
      {
        origin_id: 'photos',
        domain_name: 'example-photos.s3.eu-west-1.amazonaws.com',
        origin_path: '',
        origin_access_control_id: 'E2OAC',
        s3_origin_config: [],
        custom_origin_config: [],
        custom_header: [],
      },
      {
        origin_id: 'api',
        domain_name: 'api.example.com',
        origin_path: '/prod',
        custom_origin_config: [{ https_port: 443, origin_protocol_policy: 'https-only' }],
        custom_header: [{ name: 'X-Key', value: 'hidden' }],
      },
    ],
    default_cache_behavior: [
      {
        target_origin_id: 'photos',
        viewer_protocol_policy: 'redirect-to-https',
        cache_policy_id: 'mine',
        response_headers_policy_id: 'headers',
        trusted_key_groups: [],
      },
    ],
    ordered_cache_behavior: [
      {
        path_pattern: '/api/*',
        target_origin_id: 'api',
        viewer_protocol_policy: 'https-only',
        cache_policy_id: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      },
      {
        path_pattern: '/old/*',
        target_origin_id: 'photos',
        viewer_protocol_policy: 'redirect-to-https',
        forwarded_values: [
          { query_string: true, query_string_cache_keys: ['v'], headers: [], cookies: [{ forward: 'none' }] },
        ],
        min_ttl: 0,
        default_ttl: 3600,
        max_ttl: 86400,
      },
      {
        path_pattern: '/private/*',
        target_origin_id: 'photos',
        viewer_protocol_policy: 'redirect-to-https',
        cache_policy_id: '658327ea-f89d-4fab-a63d-7e88639e58f6',
        trusted_key_groups: ['group'],
      },
    ],
    ...values,
  },
})

const others = [
  {
    type: 'aws_cloudfront_cache_policy',
    values: {
      id: 'mine',
      name: 'mine',
      min_ttl: 0,
      default_ttl: 3600,
      max_ttl: 31536000,
      parameters_in_cache_key_and_forwarded_to_origin: [
        {
          query_strings_config: [{ query_string_behavior: 'whitelist', query_strings: [{ items: ['v', 'page'] }] }],
          headers_config: [{ header_behavior: 'none', headers: [] }],
          cookies_config: [{ cookie_behavior: 'none', cookies: [] }],
        },
      ],
    },
  },
  {
    type: 'aws_cloudfront_response_headers_policy',
    values: {
      id: 'headers',
      name: 'headers',
      cors_config: [
        {
          access_control_allow_credentials: false,
          access_control_allow_headers: [{ items: ['*'] }],
          access_control_allow_methods: [{ items: ['GET'] }],
          access_control_allow_origins: [{ items: ['https://www.example.com'] }],
          access_control_expose_headers: [],
          access_control_max_age_sec: 600,
          origin_override: true,
        },
      ],
      security_headers_config: [
        {
          content_type_options: [{ override: true }],
          strict_transport_security: [{ access_control_max_age_sec: 300, include_subdomains: true, override: true }],
        },
      ],
      custom_headers_config: [{ items: [{ header: 'X-A', value: 'b', override: true }] }],
    },
  },
  { type: 'aws_cloudfront_key_group', values: { id: 'group', name: 'site', items: ['key'] } },
  { type: 'aws_cloudfront_public_key', values: { id: 'key', encoded_key: `${PEM}\n` } },
]

/** The distribution in the root, the rest in a module, as many have it. */
const state = (...distributions: object[]) => ({
  format_version: '1.0',
  values: { root_module: { resources: distributions, child_modules: [{ resources: others }] } },
})

async function init(document: unknown, args: string[] = []) {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'state.json'), JSON.stringify(document))
  const main = initCommand({ ask: null, aws: () => Promise.reject(new Error('AWS was asked')) })
  const ran = await run(main, ['--dir', folder, '--from-terraform', join(folder, 'state.json'), ...args])
  return { folder, ...ran }
}

describe('rimlight init --from-terraform', () => {
  it('makes a config of what the state has, and asks nobody', async () => {
    const { folder, code, stderr } = await init(state(distribution({})))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const settings = await loadConfig(join(folder, 'edge.config.ts'))
    expect(settings).toMatchObject(expectedSettings({ bucket: 'example-photos', region: 'eu-west-1' }))
    expect(await readFile(join(folder, 'edge.config.ts'), 'utf8')).not.toContain('hidden')
  })

  it('times of a behaviour without a policy are meant, and beside one they are not', async () => {
    const zeros = { min_ttl: 0, default_ttl: 0, max_ttl: 0, viewer_protocol_policy: 'redirect-to-https' }
    const values = [{ query_string: true, headers: [], cookies: [{ forward: 'none' }] }]
    const ordered = [{ path_pattern: '/api/*', target_origin_id: 'api', forwarded_values: values, ...zeros }]
    const usual = [{ target_origin_id: 'photos', cache_policy_id: 'not in the state', ...zeros }]
    const site = distribution({ ordered_cache_behavior: ordered, default_cache_behavior: usual })
    const { folder, stdout } = await init(state(site))
    expect(stdout).toContain("The cache policy not in the state can't be read; CloudFront's defaults stand here.")
    expect((await loadConfig(join(folder, 'edge.config.ts'))).routes).toMatchObject([
      { path: '/api/*', cache: 'never' },
      { path: '/*', cache: { min: 0, default: 86_400 } },
    ])
  })

  it('of several, --from-distribution says which', async () => {
    const two = state(distribution({}), distribution({ id: 'E2', aliases: ['two.example.com'] }))
    const { code, stderr } = await init(two)
    expect(code).toBe(2)
    expect(stderr).toMatch(/: expected one distribution, found EDFDVBD6EXAMPLE, E2; --from-distribution says which\n$/)
    const { folder } = await init(two, ['--from-distribution', 'E2'])
    expect((await loadConfig(join(folder, 'edge.config.ts'))).domains).toEqual(['two.example.com'])
  })

  it.each([[{}], [[]], [{ values: { root_module: { resources: [{ type: 'aws_s3_bucket', values: {} }] } } }]])(
    '%j has none, and nothing is written',
    async (document) => {
      const { code, stdout, stderr } = await init(document)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(
        /: expected one distribution, found none; it is read from what `terraform show -json` or `terraform state pull` prints\n$/,
      )
    },
  )
})

const SITE = 'aws_cloudfront_distribution.site'

describe('what Terraform prints', () => {
  const configOf = async (document: unknown) => {
    const { folder, code, stderr } = await init(document)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return readFile(join(folder, 'edge.config.ts'), 'utf8')
  }

  it('the state itself says the same', async () => {
    const resources = [distribution({}), ...others].map((one, i) => {
      const { type, values } = one as { type: string; values: object }
      const gone = { deposed: '00000001', attributes: { ...values, id: 'gone' } }
      return { mode: 'managed', type, name: `r${i}`, instances: [{ attributes: values }, gone] }
    })
    expect(await configOf({ version: 4, terraform_version: '1.9.0', resources })).toBe(
      await configOf(state(distribution({}))),
    )
  })

  it('of a distribution that is only read, there is none', async () => {
    const { code, stderr } = await init(state({ ...distribution({}), mode: 'data' }))
    expect(code).toBe(2)
    expect(stderr).toContain('expected one distribution, found none')
  })

  it('a module of a module of a module …, without end', async () => {
    const folder = await temporaryFolder()
    const deep = `{"values":{"root_module":${'{"child_modules":['.repeat(5_000)}{}${']}'.repeat(5_000)}}}`
    await writeFile(join(folder, 'state.json'), deep)
    const main = initCommand({ ask: null, aws: () => Promise.reject(new Error('AWS was asked')) })
    const { code, stderr } = await run(main, ['--dir', folder, '--from-terraform', join(folder, 'state.json')])
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('found none') })
  })

  const planOf = (values: object, unknown: object) => {
    const planned = distribution(values)
    const { id: _, domain_name: __, ...after } = planned.values as Record<string, unknown>
    return {
      planned_values: { root_module: { resources: [{ ...planned, values: after }] } },
      prior_state: { values: { root_module: { resources: others.map((one) => ({ mode: 'data', ...one })) } } },
      resource_changes: [
        { address: SITE, change: { after, after_unknown: { id: true, domain_name: true, ...unknown } } },
      ],
    }
  }

  it('a plan that knows where everything is says the same, with policies that it has read', async () => {
    const text = await configOf(planOf({}, { origin: [{ origin_access_control_id: true }, {}] }))
    const [, ...lines] = (await configOf(state(distribution({})))).split('\n// From the distribution')
    expect(text.split('\n').slice(3)).toEqual(lines.join('').split('\n').slice(1))
    expect(text).toContain(`// From the distribution ${SITE}.`)
  })

  it.each([
    [{ origin: [{ domain_name: true }, {}] }, 'where the origin photos is'],
    [{ default_cache_behavior: [{ cache_policy_id: true }] }, 'the origin, policies or key groups of /*'],
    // Taken for none, it would be public.
    [{ default_cache_behavior: [{ trusted_key_groups: true }] }, 'the origin, policies or key groups of /*'],
    [{ default_cache_behavior: [{ trusted_key_groups: [true] }] }, 'the origin, policies or key groups of /*'],
  ])('a plan that knows %j after apply is refused', async (unknown, what) => {
    const values = 'default_cache_behavior' in unknown ? { trusted_key_groups: ['group'] } : {}
    const [usual] = distribution({}).values.default_cache_behavior
    const { code, stderr } = await init(planOf({ default_cache_behavior: [{ ...usual, ...values }] }, unknown))
    expect(code).toBe(2)
    expect(stderr).toMatch(
      new RegExp(`: expected a plan that knows all of ${SITE}, found one that knows after apply: `),
    )
    expect(stderr).toContain(`${what}; apply it, and read the state (\`terraform show -json\`)\n`)
  })

  it.each([
    [{ origin: [] }, 'found no origin;'],
    [{ origin: 'x' }, 'found no origin;'],
    [{ default_cache_behavior: 'x' }, 'found no default_cache_behavior that has one;'],
  ])('a distribution with %j is none', async (values, found) => {
    const { code, stderr } = await init(state(distribution(values)))
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(
        `expected EDFDVBD6EXAMPLE with an origin and a default_cache_behavior, ${found} they are lists of blocks`,
      ),
    })
  })
})
