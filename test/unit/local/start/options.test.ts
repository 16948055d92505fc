import { describe, expect, it, test } from 'vitest'
import { InputError } from '../../../../base/errors.ts'
import { parseOptions } from '../../../../cli/kit/options.ts'
import { readStartOptions, START_OPTIONS } from '../../../../local/start/options.ts'

const HINT = '`rimlight start --help` says how to use it'

const read = (args: string[]) => readStartOptions(parseOptions(args, START_OPTIONS, HINT).values, HINT)

const DEFAULTS = {
  config: 'edge.config.ts',
  out: 'dist',
  buckets: {},
  origins: {},
  tenants: {},
  tenantDomain: undefined,
  tenantKeyPrefix: undefined,
  httpsPort: 8443,
  httpPort: 8080,
  pops: 1,
  persist: undefined,
  accessLog: undefined,
  keys: undefined,
  originHeaders: undefined,
  opensBrowser: false,
  isQuiet: false,
  isJson: false,
}

describe('options', () => {
  test.each<[string, string[], object]>([
    ['none', [], {}],
    ['a config of another project', ['--config', '../a.ts', '--out', '../dist'], { config: '../a.ts', out: '../dist' }],
    ['a folder for all buckets', ['--bucket', './photos'], { buckets: { '': './photos' } }],
    ['a folder for one', ['--bucket', 'photos=./a'], { buckets: { photos: './a' } }],
    ['folders', ['--bucket', 'a=b', '--bucket=c=d', '--bucket', 'e'], { buckets: { a: 'b', c: 'd', '': 'e' } }],
    ['a folder with = in its name', ['--bucket', './a=b'], { buckets: { '': './a=b' } }],
    ['a folder with = in its name, behind an origin', ['--bucket', 'x=a=b'], { buckets: { x: 'a=b' } }],
    ['a folder of Windows', ['--bucket', 'C:\\a=b'], { buckets: { '': 'C:\\a=b' } }],
    [
      'a server',
      ['--origin', 'api=http://localhost:3000/v1?a=b'],
      { origins: { api: 'http://localhost:3000/v1?a=b' } },
    ],
    ['servers', ['--origin', 'a=http://b', '--origin', 'c=HTTPS://d'], { origins: { a: 'http://b', c: 'HTTPS://d' } }],
    ['tenants', ['--tenant', 'shop=./a', '--tenant', 'blog'], { tenants: { shop: './a', blog: '' } }],
    [
      'where tenants are',
      ['--tenant-domain', 'example.net', '--tenant-key-prefix', ''],
      { tenantDomain: 'example.net', tenantKeyPrefix: '' },
    ],
    ['ports', ['--https-port', '443', '--http-port=80'], { httpsPort: 443, httpPort: 80 }],
    ['free ports', ['--https-port', '0', '--http-port', '0'], { httpsPort: 0, httpPort: 0 }],
    ['edge locations', ['--pops', '99'], { pops: 99 }],
    [
      'the rest',
      [
        ...['--persist', 'p', '--access-log', 'l', '--keys', 'k.json', '--origin-headers', 'h.json'],
        ...['--open', '--quiet', '--json'],
      ],
      {
        ...{ persist: 'p', accessLog: 'l', keys: 'k.json', originHeaders: 'h.json' },
        ...{ opensBrowser: true, isQuiet: true, isJson: true },
      },
    ],
  ])('%s', (_, args, options) => {
    expect(read(args)).toEqual({ ...DEFAULTS, ...options })
  })
})

describe('what is wrong is said', () => {
  test.each<[string, string[], string]>([
    ['a port', ['--https-port', 'abc'], '--https-port: expected a port from 0 to 65535, found "abc"'],
    ['a port', ['--http-port', '65536'], '--http-port: expected a port from 0 to 65535, found "65536"'],
    ['a port', ['--http-port', '80.5'], '--http-port: expected a port from 0 to 65535, found "80.5"'],
    ['a port', ['--http-port', ''], '--http-port: expected a port from 0 to 65535, found ""'],
    ['a port for both', ['--http-port', '8443'], '--https-port and --http-port: expected two ports, found 8443 twice'],
    ['no edge location', ['--pops', '0'], '--pops: expected a number of edge locations from 1 to 99, found "0"'],
    [
      'more than have names',
      ['--pops', '100'],
      '--pops: expected a number of edge locations from 1 to 99, found "100"',
    ],
    ['no tenant', ['--tenant', '=a'], '--tenant: expected ID or ID=DIR, such as shop=./shop, found "=a"'],
    [
      'no folder of a tenant',
      ['--tenant', 'shop='],
      '--tenant: expected ID or ID=DIR, such as shop=./shop, found "shop="',
    ],
    ['one tenant twice', ['--tenant', 'x=a', '--tenant', 'x=b'], '--tenant x: expected it once, found a and b'],
    ['no folder', ['--bucket', ''], '--bucket: expected DIR or NAME=DIR, found ""'],
    ['no folder', ['--bucket', 'photos='], '--bucket: expected DIR or NAME=DIR, found "photos="'],
    [
      'two folders for all',
      ['--bucket', 'a', '--bucket', 'b'],
      '--bucket: expected one folder for all buckets, found a and b',
    ],
    ['two folders for one', ['--bucket', 'x=a', '--bucket', 'x=b'], '--bucket x: expected it once, found a and b'],
    [
      'two servers for one',
      ['--origin', 'x=http://a', '--origin', 'x=http://b'],
      '--origin x: expected it once, found http://a and http://b',
    ],
    [
      'a URL without a name',
      ['--origin', 'http://localhost:3000/?a=b'],
      '--origin: expected NAME=URL, such as api=http://localhost:3000, found "http://localhost:3000/?a=b"',
    ],
    [
      'no URL',
      ['--origin', 'api=localhost:3000'],
      '--origin api: expected a URL such as http://localhost:3000, found "localhost:3000"',
    ],
    [
      'a broken URL',
      ['--origin', 'api=http://:x'],
      '--origin api: expected a URL such as http://localhost:3000, found "http://:x"',
    ],
    [
      'a URL of a file',
      ['--origin', 'api=file:///a'],
      '--origin api: expected a URL such as http://localhost:3000, found "file:///a"',
    ],
  ])('%s: %j', (_, args, message) => {
    const [, expected, found] = /: expected (.*), found (.*)$/.exec(message) ?? []
    expect(() => read(args)).toThrow(new InputError(`${message}\n${HINT}`, { code: 'wrong-option', expected, found }))
  })

  it('all of it at once', () => {
    expect(() => read(['--pops', 'x', '--https-port', 'y', '--bucket', ''])).toThrow(
      new InputError(
        [
          '--bucket: expected DIR or NAME=DIR, found ""',
          '--https-port: expected a port from 0 to 65535, found "y"',
          '--pops: expected a number of edge locations from 1 to 99, found "x"',
          HINT,
        ].join('\n'),
        { code: 'wrong-option' },
      ),
    )
  })

  it('an option that there is not', () => {
    expect(() => read(['--port', '1'])).toThrow(
      /^expected an option that it takes, found "--port"; `rimlight start --help` says how to use it$/,
    )
  })

  it('an option without its value', () => {
    expect(() => read(['--bucket'])).toThrow(/^--bucket: expected \[NAME=\]DIR, found nothing; `rimlight start/)
  })
})
