import { describe, expect, it } from 'vitest'
import { parseOptions } from '../../../../cli/kit/options.ts'
import { main } from '../../../../cli/publish.ts'
import { keepsFromCaching, PUBLISH_OPTIONS, readPublishOptions } from '../../../../deploy/publish/options.ts'
import { output } from '../../cli/kit/fixture-output.ts'

function read(...args: string[]) {
  const { values, positionals } = parseOptions(args, PUBLISH_OPTIONS, 'hint')
  return readPublishOptions(values, positionals, 'hint')
}

it('without options, the defaults', () => {
  expect(read('public', 's3://example-photos')).toEqual({
    folder: 'public',
    destination: { bucket: 'example-photos', prefix: '' },
    tenant: undefined,
    dist: undefined,
    url: undefined,
    cacheControl: undefined,
    manifest: 'published.json',
    hasPreviews: false,
    convertsHeic: false,
    isDryRun: false,
    concurrency: 16,
  })
})

it.each([
  ['s3://example-photos/', ''],
  ['s3://example-photos/site', 'site/'],
  ['s3://example-photos/site/', 'site/'],
  ['s3://example.photos/a b/ü', 'a b/ü/'],
])('%s: the prefix %j', (to, prefix) => {
  expect(read('.', to).destination?.prefix).toBe(prefix)
})

it.each([
  ['https://cdn.example.com', 'https://cdn.example.com'],
  ['http://localhost:3000/a//', 'http://localhost:3000/a'],
  ['https://CDN.example.com/ü', 'https://cdn.example.com/%C3%BC'],
])('--url %s: %s', (given, url) => {
  expect(read('.', 's3://example-photos', '--url', given).url).toBe(url)
})

it.each([
  'public, max-age=60',
  'no-store',
  'max-age=60,s-maxage=3600',
  'public, max-age=60, stale-while-revalidate=30, immutable',
  'no-cache="set-cookie, x"',
])('--cache-control %j is one', (value) => {
  expect(read('.', 's3://example-photos', '--cache-control', ` ${value} `).cacheControl).toBe(value)
})

const BUCKET = 's3://example-photos'

describe('what is wrong is said, all of it, with 2', () => {
  it.each<[string, string[], string]>([
    ['nothing', [], 'expected DIR s3://BUCKET/PREFIX, found nothing; HINT'],
    ['a folder alone', ['public'], 'expected DIR s3://BUCKET/PREFIX, found "public"; HINT'],
    ['too much', ['a', BUCKET, 'b'], `expected DIR s3://BUCKET/PREFIX, found "a" "${BUCKET}" "b"; HINT`],
    [
      'no bucket',
      ['a', 'example-photos'],
      'expected a bucket, and perhaps a prefix, such as s3://example-photos/site, found "example-photos"',
    ],
    [
      'a name that no bucket has',
      ['a', 's3://Photos/site'],
      'expected a bucket, and perhaps a prefix, such as s3://example-photos/site, found "s3://Photos/site"',
    ],
    ...['//a', '/a//b', '/a/../b', '/./a', '/a\n'].map((path): [string, string[], string] => [
      `the prefix ${JSON.stringify(path)}`,
      ['a', BUCKET + path],
      `expected a prefix whose segments are neither empty nor . or .., found ${JSON.stringify(BUCKET + path)}`,
    ]),
    ...['', 'public max-age', 'max-age=', 'public,', ', public', 'a\nb', 'ü'].map(
      (value): [string, string[], string] => [
        `the cache-control ${JSON.stringify(value)}`,
        ['a', BUCKET, '--cache-control', value],
        `--cache-control: expected directives such as "public, max-age=3600", found ${JSON.stringify(value)}`,
      ],
    ),
    ...['0', '257', '1.5', '-1', 'all'].map((value): [string, string[], string] => [
      `the concurrency ${value}`,
      ['a', BUCKET, `--concurrency=${value}`],
      `--concurrency: expected a number from 1 to 256, found "${value}"`,
    ]),
    ...['cdn.example.com', 'ftp://a', 'https://a/?b', 'https://a/#b'].map((value): [string, string[], string] => [
      `the URL ${value}`,
      ['a', BUCKET, '--url', value],
      `--url: expected a URL without a query, such as https://cdn.example.com/assets, found "${value}"`,
    ]),
    [
      'several',
      ['a', BUCKET, '--url', 'https://a', '--dist', 'dist', '--concurrency', '0'],
      '--concurrency: expected a number from 1 to 256, found "0"\nexpected --dist or --url, found both: the URLs are made of one of them',
    ],
    [
      'a folder that is not there',
      ['no-such-folder', BUCKET, '--url', 'https://a'],
      "expected a folder to publish, found none at no-such-folder (ENOENT: no such file or directory, stat 'no-such-folder')",
    ],
    [
      'a bundle that is not there',
      ['.', BUCKET, '--dist', 'no-such-folder'],
      'no-such-folder/manifest.json: not found; `rimlight build` writes the bundle to dist, or name another with --dist',
    ],
  ])('%s', async (_, args, message) => {
    const stdout = output()
    const stderr = output()
    const code = await main(args, stdout, stderr)
    expect(stderr.said()).toBe(`${message.replace('HINT', '`rimlight publish --help` says how to use it')}\n`)
    expect([code, stdout.said()]).toEqual([2, ''])
  })
})

it('--help', async () => {
  const stdout = output()
  expect(await main(['--help'], stdout, output())).toBe(0)
  expect(stdout.said()).toMatch(
    /^Usage: rimlight publish DIR s3:\/\/BUCKET\/PREFIX .*--dry-run.*130 ended by Ctrl-C\.\n$/s,
  )
  expect(
    stdout
      .said()
      .split('\n')
      .filter((line) => line.length > 120),
  ).toEqual([])
})

it.each([
  ['no-store', true],
  ['public, max-age=60', false],
  ['max-age=60, Private', true],
  ['no-cache="set-cookie"', true],
  ['x-private', false],
])('%s keeps what has a version from being cached: %s', (value, keeps) => {
  expect(keepsFromCaching(value)).toBe(keeps)
})

describe('--tenant', () => {
  it('stands in the place of a bucket', () => {
    expect(read('public', '--tenant', 'shop')).toMatchObject({
      destination: undefined,
      tenant: { id: 'shop', store: 'sqlite:rimlight-tenants.db' },
    })
    expect(read('public', '--tenant', 'shop', '--store', 'sqlite:a.db').tenant).toEqual({
      id: 'shop',
      store: 'sqlite:a.db',
    })
  })

  it.each<[string[], string]>([
    [['a', BUCKET, '--tenant', 'shop'], `expected DIR beside --tenant, found "a" "${BUCKET}"; hint`],
    [['--tenant', 'shop'], 'expected DIR beside --tenant, found nothing; hint'],
    [
      ['a', '--tenant', 'shop', '--url', 'https://a'],
      'expected --tenant or --url, found both: the URLs are made of one of them',
    ],
    [['a', BUCKET, '--store', 'sqlite:a.db'], '--store: expected --tenant ID beside --store, found none'],
  ])('%j', (args, message) => {
    expect(() => read(...args)).toThrow(message)
  })
})
