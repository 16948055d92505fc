/** What attach refuses because of the distribution: each with all of its message, and nothing changed. */
import type { CacheBehavior, DistributionConfig } from '@aws-sdk/client-cloudfront'
import { expect, it, test } from 'vitest'
import { addForeignFunctions, idOf, testDependencies } from '../../../aws/fixture.ts'
import type { MemoryAws } from '../../../aws/memory-aws.ts'
import { behaviourOf, type Scene, scene, useBundles } from './scene.ts'

const bundles = useBundles()

const HEAD = "Nothing was changed: EDFDVBD6EXAMPLE can't be attached to as it is.\n"

/** The policy of the default behaviour, or of another one. */
const cachePolicy = (config: DistributionConfig, aws: MemoryAws, pattern = '/*') => {
  const id = behaviourOf(config, pattern).CachePolicyId ?? ''
  const policy = structuredClone(aws.cachePolicies.get(id))
  if (!policy?.ParametersInCacheKeyAndForwardedToOrigin) throw new Error('no such policy')
  policy.Name = 'mine'
  aws.cachePolicies.set('mine', policy)
  behaviourOf(config, pattern).CachePolicyId = 'mine'
  return { policy, key: policy.ParametersInCacheKeyAndForwardedToOrigin }
}

const nameOf = (kind: string, index: number): string => {
  const behaviour = bundles.policies.behaviours[index] as unknown as Record<string, string>
  return behaviour[kind] as string
}

const instead = (index: number): string =>
  `; change it so, or take ${nameOf('cachePolicy', index)} of policies.json, which \`rimlight template\` makes`

const items = (config: DistributionConfig): CacheBehavior[] => config.CacheBehaviors?.Items ?? []

type Refusal = {
  args?: string[]
  change: (config: DistributionConfig, aws: MemoryAws) => void
  /** All of it, or by what it needs of the bundles. */
  message: string | (() => string)
}

const REFUSALS: Record<string, Refusal> = {
  'a key value store where no route has tokens': {
    args: ['--key-value-store', 'tokens'],
    change: () => {},
    message:
      "--key-value-store: expected a config with a route whose tokens the function verifies (auth of type 'jwt' with HS256), found none; leave the option out",
  },
  'a function of others on viewer-request': {
    change: (config, aws) => {
      const { functionArn } = addForeignFunctions(aws)
      behaviourOf(config).FunctionAssociations = {
        Quantity: 1,
        Items: [{ FunctionARN: functionArn, EventType: 'viewer-request' }],
      }
    },
    message:
      '/*: viewer-request: expected nothing of others there, found the function rewrite; remove it, or take its place with --replace: detach puts it back',
  },
  'Lambda@Edge on viewer-request': {
    change: (config, aws) => {
      const { lambdaArn } = addForeignFunctions(aws)
      behaviourOf(config).LambdaFunctionAssociations = {
        Quantity: 1,
        Items: [{ LambdaFunctionARN: lambdaArn, EventType: 'viewer-request' }],
      }
    },
    message:
      '/*: viewer-request: expected nothing of others there, found the Lambda@Edge function resize:7; remove it, or take its place with --replace: detach puts it back',
  },
  'Lambda@Edge on origin-response': {
    change: (config, aws) => {
      const { lambdaArn } = addForeignFunctions(aws)
      behaviourOf(config, '/api/*').LambdaFunctionAssociations = {
        Quantity: 1,
        Items: [{ LambdaFunctionARN: lambdaArn, EventType: 'origin-response' }],
      }
    },
    message:
      '/api/*: origin-response: expected nothing of others there, found the Lambda@Edge function resize:7; remove it, or take its place with --replace: detach puts it back',
  },
  'Lambda@Edge on viewer-response, whose place is not ours to take': {
    args: ['--replace'],
    change: (config, aws) => {
      const { lambdaArn } = addForeignFunctions(aws)
      behaviourOf(config).LambdaFunctionAssociations = {
        Quantity: 1,
        Items: [{ LambdaFunctionARN: lambdaArn, EventType: 'viewer-response' }],
      }
    },
    message:
      '/*: viewer-response: expected no Lambda@Edge there, since CloudFront takes none beside a function on viewer-request, found resize:7; make it a CloudFront Function, or remove it',
  },
  'behaviours in another order': {
    change: (config) => items(config).reverse(),
    message: [
      "the distribution's behaviours are not the config's routes in their order: a path could mean one route to CloudFront and another to the function",
      '    expected, in this order: /drafts/*  /api/*  /* (default)',
      '    found:                   /api/*  /drafts/*  /* (default)',
      '    put the behaviours into this order, or name those to attach to with --behaviour',
    ].join('\n'),
  },
  'a behaviour without a route': {
    change: (config) => {
      items(config).unshift({ ...(items(config)[0] as CacheBehavior), PathPattern: '/old/*' })
      config.CacheBehaviors = { Quantity: 3, Items: items(config) }
    },
    message: [
      "the distribution's behaviours are not the config's routes: a path could mean one route to CloudFront and another to the function",
      '    expected, in this order: /drafts/*  /api/*  /* (default)',
      '    found:                   /old/*  /drafts/*  /api/*  /* (default)',
      '    add, remove or rename behaviours or routes, or name those to attach to with --behaviour',
    ].join('\n'),
  },
  'a route without a behaviour': {
    change: (config) => {
      config.CacheBehaviors = { Quantity: 0 }
    },
    message: [
      "the distribution's behaviours are not the config's routes: a path could mean one route to CloudFront and another to the function",
      '    expected, in this order: /drafts/*  /api/*  /* (default)',
      '    found:                   /* (default)',
      '    add, remove or rename behaviours or routes, or name those to attach to with --behaviour',
    ].join('\n'),
  },
  'a behaviour asked for whose paths the function gives to another route': {
    args: ['--behaviour', '/*'],
    change: (config) => {
      config.CacheBehaviors = { Quantity: 1, Items: [items(config)[1] as CacheBehavior] }
    },
    message:
      '--behaviour /*: /drafts/ would be /* to CloudFront and /drafts/* to the function; put a behaviour /drafts/* before /*, or take the route out of the config',
  },
  'a behaviour asked for that the distribution does not have': {
    args: ['--behaviour', '/nowhere/*'],
    change: () => {},
    message:
      '--behaviour /nowhere/*: expected a behaviour of the distribution (/drafts/*  /api/*  /* (default)), found none with that pattern; name another',
  },
  'a behaviour asked for that the config has no route for': {
    args: ['--behaviour', '/old/*'],
    change: (config) => {
      items(config).unshift({ ...(items(config)[0] as CacheBehavior), PathPattern: '/old/*' })
    },
    message:
      '--behaviour /old/*: expected a route of the config (/drafts/*  /api/*  /*), found none with that path; add one, and build again',
  },
  'a cache policy that drops v': {
    change: (config, aws) => {
      cachePolicy(config, aws).key.QueryStringsConfig = {
        QueryStringBehavior: 'whitelist',
        QueryStrings: { Quantity: 6, Items: ['crop', 'fit', 'fm', 'h', 'q', 'w'] },
      }
    },
    message: () =>
      `/*: cache policy mine drops v: expected the query strings crop, fit, fm, h, q, v, w in the key, found crop, fit, fm, h, q, w${instead(2)}`,
  },
  'a cache policy without a query': {
    change: (config, aws) => {
      cachePolicy(config, aws, '/api/*').key.QueryStringsConfig = { QueryStringBehavior: 'none' }
    },
    message: () =>
      `/api/*: cache policy mine drops page, term, v: expected the query strings page, term, v in the key, found none${instead(1)}`,
  },
  'a cache policy with all of the query but v': {
    change: (config, aws) => {
      cachePolicy(config, aws, '/api/*').key.QueryStringsConfig = {
        QueryStringBehavior: 'allExcept',
        QueryStrings: { Quantity: 1, Items: ['v'] },
      }
    },
    message: () =>
      [
        `/api/*: cache policy mine drops v: expected the query strings page, term, v in the key, found all but v${instead(1)}`,
        `/api/*: cache policy mine keys on query strings that the function drops: expected page, term, v, found all but v${instead(1)}`,
      ].join('\n  '),
  },
  'a cache policy that keys on what the function drops': {
    change: (config, aws) => {
      const { key } = cachePolicy(config, aws, '/api/*')
      key.QueryStringsConfig = {
        QueryStringBehavior: 'whitelist',
        QueryStrings: { Quantity: 4, Items: ['page', 'term', 'utm_source', 'v'] },
      }
    },
    message: () =>
      `/api/*: cache policy mine keys on utm_source that the function drops: expected page, term, v, found page, term, utm_source, v${instead(1)}`,
  },
  'a cache policy that keys on the whole query': {
    change: (config, aws) => {
      cachePolicy(config, aws).key.QueryStringsConfig = { QueryStringBehavior: 'all' }
    },
    message: () =>
      `/*: cache policy mine keys on query strings that the function drops: expected crop, fit, fm, h, q, v, w, found all${instead(2)}`,
  },
  'a cache policy that keys on cookies': {
    change: (config, aws) => {
      cachePolicy(config, aws).key.CookiesConfig = { CookieBehavior: 'all' }
    },
    message: () =>
      `/*: cache policy mine keys on cookies, which the function drops: expected none, found all${instead(2)}`,
  },
  'a cache policy without a header of the key': {
    change: (config, aws) => {
      cachePolicy(config, aws, '/api/*').key.HeadersConfig = { HeaderBehavior: 'none' }
    },
    message: () =>
      `/api/*: cache policy mine leaves authorization out of the key: answers of one viewer would be given to another; expected the headers authorization, found none${instead(1)}`,
  },
  'a cache policy that keys on a header that the function drops': {
    change: (config, aws) => {
      cachePolicy(config, aws).key.HeadersConfig = {
        HeaderBehavior: 'whitelist',
        Headers: { Quantity: 1, Items: ['X-Debug'] },
      }
    },
    message: () =>
      `/*: cache policy mine keys on x-debug, which the function drops: expected it not to be there${instead(2)}`,
  },
  'a minimum TTL that would hold what is to be short': {
    change: (config, aws) => {
      cachePolicy(config, aws).policy.MinTTL = 3_600
    },
    message: () =>
      `/*: cache policy mine has a minimum TTL of 3600 s: expected at most 10 s, or stale images would outlive a new version${instead(2)}`,
  },
  'a cache where nothing is to be cached': {
    change: (config, aws) => {
      cachePolicy(config, aws, '/drafts/*').policy.MaxTTL = 60
    },
    message: () =>
      `/drafts/*: cache policy mine: expected one that caches nothing, as the route says, found a maximum TTL of 60 s; take the managed policy CachingDisabled, or ${nameOf('cachePolicy', 0)} of policies.json`,
  },
  'legacy cache settings': {
    change: (config) => {
      const behaviour = behaviourOf(config)
      delete behaviour.CachePolicyId
      behaviour.ForwardedValues = { QueryString: true, Cookies: { Forward: 'none' } }
    },
    message: () =>
      `/*: expected a cache policy, found the legacy cache settings (ForwardedValues); give the behaviour a cache policy such as ${nameOf('cachePolicy', 2)} of policies.json, which \`rimlight template\` makes`,
  },
  'an origin that is not the route\u2019s': {
    change: (config) => {
      behaviourOf(config).TargetOriginId = 'api'
    },
    message:
      "/*: origin api: expected example-photos.s3.us-east-1.amazonaws.com, the route's, found api.example.com; origin-request would answer every request with 404: change the origin, or the config",
  },
  'an origin group with a member that is not the route\u2019s': {
    change: (config) => {
      config.OriginGroups = {
        Quantity: 1,
        Items: [
          {
            Id: 'group',
            FailoverCriteria: { StatusCodes: { Quantity: 1, Items: [404] } },
            Members: { Quantity: 2, Items: [{ OriginId: 'photos' }, { OriginId: 'api' }] },
          },
        ],
      }
      behaviourOf(config).TargetOriginId = 'group'
    },
    message:
      "/*: origin api: expected example-photos.s3.us-east-1.amazonaws.com, the route's, found api.example.com; origin-request would answer every request with 404: change the origin, or the config",
  },
  'an origin path before a bucket': {
    change: (config) => {
      Object.assign(config.Origins?.Items?.[0] ?? {}, { OriginPath: '/site' })
    },
    message:
      "/*: origin photos: expected the origin path '', found '/site'; change it, or empty it and set prefix: 'site' in the config",
  },
  'another origin path of an API': {
    change: (config) => {
      Object.assign(config.Origins?.Items?.[2] ?? {}, { OriginPath: '/dev' })
    },
    message: "/api/*: origin api: expected the origin path '/prod', found '/dev'; change it, or the config's",
  },
  'origin access control where viewers bring presigned URLs': {
    change: (config) => {
      behaviourOf(config, '/drafts/*').TargetOriginId = 'photos'
    },
    message:
      '/drafts/*: origin photos: expected one without origin access control, since this route is for presigned URLs, found one with it: CloudFront would sign for anybody; give the behaviour a second origin of the same bucket',
  },
  'a VPC origin': {
    change: (config) => {
      Object.assign(config.Origins?.Items?.[2] ?? {}, { VpcOriginConfig: { VpcOriginId: 'vo' } })
    },
    message:
      '/api/*: origin api: expected an origin that Lambda@Edge can be before, found a VPC origin, which CloudFront does not allow it for; name behaviours without one with --behaviour',
  },
  'a distribution in the middle of a deployment': {
    change: (_, aws) => {
      for (const distribution of aws.distributions.values()) distribution.polls = 5
    },
    message:
      'distribution EDFDVBD6EXAMPLE: expected it to be deployed, found it in the middle of a deployment; wait until `rimlight status --distribution EDFDVBD6EXAMPLE` says that it is done, and run this again',
  },
}

const refused = async ({ aws, attach, original, config }: Scene, args: string[], message: string) => {
  const { code, stderr } = await attach(args, { dependencies: testDependencies({ answers: [] }) })
  expect(stderr).toBe(`${HEAD}  ${message}\n`)
  expect(code).toBe(1)
  expect(aws.mutations).toEqual([])
  expect(JSON.stringify(config())).toBe(original)
}

test.each(Object.entries(REFUSALS))('%s', async (_, { args = [], change, message }) => {
  const one = await scene(bundles, change)
  await refused(one, args, typeof message === 'string' ? message : message())
})

it('tells of all of them at once', async () => {
  const { attach } = await scene(bundles, (config, aws) => {
    cachePolicy(config, aws).policy.MinTTL = 3_600
    behaviourOf(config, '/api/*').TargetOriginId = 'photos'
  })
  const { stderr } = await attach()
  expect(stderr.split('\n').slice(1, -1)).toEqual([
    expect.stringMatching(/^ {2}\/api\/\*: origin photos: expected api\.example\.com/),
    expect.stringMatching(/^ {2}\/\*: cache policy mine has a minimum TTL/),
  ])
})

it('a behaviour that has Rimlight already is not left behind by a newer build', async () => {
  const one = await scene(bundles)
  await one.attach()
  const { code, stderr } = await one.attach(['--behaviour', '/api/*', '--behaviour', '/drafts/*'], {
    dist: bundles.newer,
  })
  expect(code).toBe(1)
  expect(stderr).toBe(
    `${HEAD}  /*: expected behaviours that have Rimlight already to be asked for as well, found /* left out: its function is the same one, and would change without its Lambdas; add --behaviour '/*'\n`,
  )
  // The same build, one behaviour after the other.
  const two = await scene(bundles)
  expect((await two.attach(['--behaviour', '/drafts/*'])).code).toBe(0)
  expect((await two.attach(['--behaviour', '/api/*'])).code).toBe(0)
  expect((await two.attach()).code).toBe(0)
  expect((await two.status()).code).toBe(0)
  await two.detach()
  expect(JSON.stringify(two.config())).toBe(two.original)
})

it('what makes no answer wrong is told, and attached to', async () => {
  const { attach } = await scene(bundles, (config, aws) => {
    const { policy, key } = cachePolicy(config, aws)
    policy.DefaultTTL = 60
    key.EnableAcceptEncodingBrotli = false
    const behaviour = behaviourOf(config)
    behaviour.ViewerProtocolPolicy = 'allow-all'
    behaviour.Compress = false
    behaviour.GrpcConfig = { Enabled: true }
    behaviour.AllowedMethods = { Quantity: 2, Items: ['HEAD', 'GET'] }
    delete behaviour.OriginRequestPolicyId
    delete behaviour.ResponseHeadersPolicyId
    behaviourOf(config, '/drafts/*').ResponseHeadersPolicyId = idOf(nameOf('responseHeadersPolicy', 2))
    Object.assign(config.Origins?.Items?.[0] ?? {}, { OriginAccessControlId: '' })
    config.CustomErrorResponses = { Quantity: 0 }
    config.Aliases = { Quantity: 0 }
  })
  const { code, stdout } = await attach()
  expect(code).toBe(0)
  const told = stdout.split('\n').flatMap((line) => (line.startsWith('  ! ') ? [line.slice(4)] : []))
  const responseHeaders = nameOf('responseHeadersPolicy', 2)
  expect(told).toEqual([
    `response headers policy ${responseHeaders}: differs from ${nameOf('responseHeadersPolicy', 0)} in CorsConfig`,
    'origin photos: expected origin access control, found none: the bucket has to be public for this to work',
    'cache policy mine, expected → found: default TTL: 86400 → 60',
    'cache policy mine, expected → found: brotli: true → false',
    'origin request policy none: expected headers accept, cloudfront-forwarded-proto, cookies none, query strings none, found headers none, cookies none, query strings none; without accept, CloudFront takes it out of vary; without cloudfront-forwarded-proto, viewers by HTTP stay there',
    `response headers policy: expected ${responseHeaders}, found none: what the functions answer by themselves has no security headers, and nothing has CORS`,
    'expected → found: viewer protocol policy: "redirect-to-https" → "allow-all"',
    'expected → found: allowed methods: ["GET","HEAD","OPTIONS"] → ["HEAD","GET"]',
    'expected → found: compress: true → false',
    'expected → found: gRPC: false → true',
    'error caching minimum TTL of 404: expected 0 s, found 10 (the default) s: such answers live longer than they should',
    ...[500, 502, 503, 504].map(
      (status) =>
        `error caching minimum TTL of ${status}: expected 5 s, found 10 (the default) s: such answers live longer than they should`,
    ),
    'alternate names: expected cdn.example.com, found none',
  ])
})

test.each<[string, object, string]>([
  [
    'allViewer',
    { HeaderBehavior: 'allViewer' },
    'headers all, cookies none, query strings none; without cloudfront-forwarded-proto, viewers by HTTP stay there',
  ],
  [
    'allViewerAndWhitelistCloudFront',
    {
      HeaderBehavior: 'allViewerAndWhitelistCloudFront',
      Headers: { Quantity: 1, Items: ['CloudFront-Forwarded-Proto'] },
    },
    'headers all and cloudfront-forwarded-proto, cookies none, query strings none',
  ],
  [
    'allExcept',
    { HeaderBehavior: 'allExcept', Headers: { Quantity: 1, Items: ['Accept'] } },
    'headers all but accept, cookies none, query strings none; without accept, CloudFront takes it out of vary',
  ],
  [
    'whitelist',
    { HeaderBehavior: 'whitelist', Headers: { Quantity: 1, Items: ['Accept'] } },
    'headers accept, cookies none, query strings none; without cloudfront-forwarded-proto, viewers by HTTP stay there',
  ],
])('what an origin request policy with %s costs is told', async (_, headers, found) => {
  const { attach } = await scene(bundles, (config, aws) => {
    const behaviour = behaviourOf(config)
    behaviour.ViewerProtocolPolicy = 'allow-all'
    const policy = structuredClone(aws.originRequestPolicies.get(behaviour.OriginRequestPolicyId ?? ''))
    aws.originRequestPolicies.set('theirs', { ...policy, Name: 'theirs', HeadersConfig: headers } as never)
    behaviour.OriginRequestPolicyId = 'theirs'
  })
  expect((await attach(['--dry-run'])).stdout).toContain(
    `  ! origin request policy theirs: expected headers accept, cloudfront-forwarded-proto, cookies none, query strings none, found ${found}\n`,
  )
})
