import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it, test } from 'vitest'
import { painter } from '../../../../cli/kit/output.ts'
import type { FinishedRequest } from '../../../../local/protocol/messages.ts'
import type { ReadyEvent, StartEvent } from '../../../../local/start/events.ts'
import { sayToPeople } from '../../../../local/start/text.ts'
import { output } from '../../cli/kit/fixture-output.ts'
import { finishedRequest } from '../fixture-request.ts'

function heard(events: StartEvent[], options: { isTTY?: boolean; isQuiet?: boolean } = {}) {
  const stdout = output(options.isTTY)
  const stderr = output()
  const { say, close } = sayToPeople(stdout, stderr, painter(stdout), { isQuiet: options.isQuiet ?? false })
  for (const event of events) say(event)
  close()
  return { stdout: stdout.said(), stderr: stderr.said() }
}

const READY: ReadyEvent = {
  event: 'ready',
  site: {
    domains: ['cdn.example.com'],
    httpsUrl: 'https://localhost:8443',
    httpUrl: 'http://localhost:8080',
    pops: ['FRA56-P1'],
    behaviours: [],
    keyPairIds: {},
    origins: [
      { name: 'photos', behind: 'sample pictures' },
      { name: 'api', behind: 'https://api.example.com' },
    ],
    tenants: [],
    samples: [],
  },
  realOrigins: ['api'],
  page: 'https://localhost:8443/__rimlight/',
  certificate: null,
  s3: { endpoint: 'http://127.0.0.1:1', region: 'us-east-1', accessKeyId: 'a', secretAccessKey: 'b' },
  examples: [{ url: 'https://localhost:8443/a.jpg', shows: 'a Miss; asked for again, a Hit' }],
}

it('the end is said over the ^C that a terminal shows', () => {
  expect(heard([{ event: 'stopping' }], { isTTY: true }).stdout).toBe('\r\u001b[KStopping …\n')
})

describe('when it is ready', () => {
  it('it says where, what is behind what, what to click, and how to go on', () => {
    expect(heard([READY]).stdout).toBe(`
CloudFront is running on this machine
  viewers       https://localhost:8443
                http://localhost:8080
  what happens  https://localhost:8443/__rimlight/

Origins
  photos  sample pictures
  api     https://api.example.com, the real one

Try
  https://localhost:8443/a.jpg
    a Miss; asked for again, a Hit

The certificate is this machine's own: browsers ask whether to go on, curl takes it with -k.
A change of the config or of a source is built and reloaded. Ctrl-C ends it.

`)
  })

  it('nothing to click where nothing is known of what there is', () => {
    expect(heard([{ ...READY, examples: [] }]).stdout).not.toContain('Try')
  })

  it('a certificate that is kept can be trusted', () => {
    expect(heard([{ ...READY, certificate: 'kept/certificate.pem' }]).stdout).toContain(
      'curl takes it with --cacert kept/certificate.pem.',
    )
  })
})

const line = (request: Partial<FinishedRequest>, isTTY = false) =>
  heard([{ event: 'request', request: finishedRequest(request) }], { isTTY }).stdout

describe('a request is a line', () => {
  test.each<[string, Partial<FinishedRequest>, string]>([
    [
      'a rendition',
      { resultType: 'Miss', bodyBytes: 17_450, milliseconds: 82.4, rimlight: 'webp; 640x427; q=80' },
      'Miss        200  GET /photos/cat.jpg?v=1&w=640  17.4 kB, 82 ms, webp; 640x427; q=80',
    ],
    ['no query', { query: '', bodyBytes: 999, milliseconds: 0.2 }, 'Hit         200  GET /photos/cat.jpg  999 B, 0 ms'],
    [
      'an error, with a long name',
      { resultType: 'FunctionExecutionError', status: 503, method: 'POST', bodyBytes: 1_500_000 },
      'FunctionExecutionError  503  POST /photos/cat.jpg?v=1&w=640  1.5 MB, 82 ms',
    ],
  ])('%s', (_, request, text) => {
    const [time, ...rest] = line({ rimlight: '', ...request }).split('  ')
    expect(time).toMatch(/^\d\d:\d\d:\d\d$/)
    expect(rest.join('  ')).toBe(`${text}\n`)
  })

  test.each([
    ['an escape sequence', '/\x1b[2J\x1b]0;x\x07', '/\\x1b[2J\\x1b]0;x\\x07'],
    ['one in a single byte', '/\x9b2J', '/\\x9b2J'],
    ['a line break', '/a\r\nb', '/a\\x0d\\x0ab'],
    ['text that turns its direction', '/\u202egpj.exe', '/\\u202egpj.exe'],
  ])('that no viewer can make a terminal obey: %s', (_, path, shown) => {
    expect(line({ path, query: '' })).toContain(`GET ${shown}  `)
    expect(stripVTControlCharacters(line({ path, query: '' }, true))).toContain(`GET ${shown}  `)
  })

  it('coloured for a person, and the same text', () => {
    const coloured = line({ resultType: 'Miss' }, true)
    expect(coloured).toContain('\u001b[33mMiss')
    expect(stripVTControlCharacters(coloured)).toBe(line({ resultType: 'Miss' }))
  })

  it('not said to who wants it quiet', () => {
    expect(heard([{ event: 'request', request: finishedRequest() }], { isQuiet: true }).stdout).toBe('')
  })
})

it('what the keys of key groups are called here is said where there are some', () => {
  const keyPairIds = { members: ['rimlight-0123456789ab', 'rimlight-ba9876543210'], staff: ['rimlight-000000000000'] }
  expect(heard([{ ...READY, site: { ...READY.site, keyPairIds } }]).stdout).toContain(`
Key-Pair-Id
  members  rimlight-0123456789ab, rimlight-ba9876543210
  staff    rimlight-000000000000
`)
})

it('tenants are said where there are some, and which a request is of', () => {
  const tenants = ['shop', 'blog'].map((id) => ({
    id,
    url: `https://${id}.localhost:8443`,
    hostNames: [`${id}.localhost`],
    behind: `/sites/${id}`,
  }))
  expect(heard([{ ...READY, site: { ...READY.site, tenants } }]).stdout).toContain(`
Tenants
  shop  https://shop.localhost:8443  /sites/shop
  blog  https://blog.localhost:8443  /sites/blog
`)
  expect(
    heard([{ event: 'request', request: finishedRequest({ tenant: 'shop', path: '/a', query: '' }) }]).stdout,
  ).toContain('  GET shop /a  ')
})

describe('what else happens', () => {
  test.each<[string, StartEvent, string]>([
    ['a change', { event: 'changed', files: ['a.ts', 'b.ts'] }, 'a.ts, b.ts: changed, building …\n'],
    ['a reload', { event: 'reloaded', isChanged: true, milliseconds: 1_234 }, 'Reloaded in 1.2 s\n'],
    [
      'nothing to reload',
      { event: 'reloaded', isChanged: false, milliseconds: 1_234 },
      'Built the same bundle; nothing to reload\n',
    ],
    [
      'a build that fails',
      { event: 'not-reloaded', message: 'edge.config.ts has one problem' },
      'edge.config.ts has one problem\nWhat ran before runs on\n',
    ],
    ['the end', { event: 'stopping' }, 'Stopping …\n'],
    ['the end', { event: 'stopped' }, 'Stopped\n'],
    ['progress, to nobody', { event: 'building', config: 'a', out: 'b' }, ''],
  ])('%s', (_, event, text) => {
    expect(heard([event])).toEqual({ stdout: text, stderr: '' })
  })

  it('a warning goes where errors go', () => {
    expect(heard([{ event: 'warning', message: 'no browser' }])).toEqual({ stdout: '', stderr: 'no browser\n' })
  })

  it('progress is a line that is written over', () => {
    const events: StartEvent[] = [{ event: 'building', config: 'edge.config.ts', out: 'dist' }, { event: 'starting' }]
    expect(heard(events, { isTTY: true }).stdout).toBe(
      'Building dist/ from edge.config.ts …\r\u001b[KStarting …\r\u001b[K',
    )
  })
})
