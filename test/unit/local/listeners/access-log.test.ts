import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { InputError } from '../../../../base/errors.ts'
import { accessLogHeader, accessLogLine, openAccessLog } from '../../../../local/listeners/access-log.ts'
import type { FinishedRequest } from '../../../../local/protocol/messages.ts'
import { anyCharacter } from '../../../any-character.ts'
import { runs } from '../../../runs.ts'
import { temporaryFolder } from '../fixture.ts'
import { finishedRequest } from '../fixture-request.ts'

/** As the Developer Guide lists them: "Standard logging reference", "Log file fields". */
const FIELDS = `date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer)
  cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes
  time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status
  fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len
  sc-range-start sc-range-end`.split(/\s+/)

/** A reader of W3C extended log files: its fields are named in the file, its values are escaped by byte. */
function parseLog(text: string): Record<string, string | null>[] {
  let names: string[] = []
  const records: Record<string, string | null>[] = []
  expect(text.endsWith('\n')).toBe(true)
  for (const line of text.slice(0, -1).split('\n')) {
    if (line.startsWith('#Fields: ')) names = line.slice('#Fields: '.length).split(' ')
    if (line.startsWith('#')) continue
    const values = line.split('\t')
    expect(values.length).toBe(names.length)
    records.push(Object.fromEntries(names.map((name, i) => [name, unescaped(values[i] as string)])))
  }
  return records
}

const unescaped = (text: string): string | null =>
  text === '-'
    ? null
    : Buffer.from(
        text.replace(/%(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
        'latin1',
      ).toString()

const REQUEST = finishedRequest()

const logged = (request: Partial<FinishedRequest>) => {
  const [record] = parseLog(`${accessLogHeader}${accessLogLine({ ...REQUEST, ...request })}\n`)
  return record ?? {}
}

describe('the file', () => {
  it('begins with its version and the names of its 33 fields, in the documented order', () => {
    expect(FIELDS).toHaveLength(33)
    expect(accessLogHeader).toBe(`#Version: 1.0\n#Fields: ${FIELDS.join(' ')}\n`)
  })

  it('has a line for a request, a tab between its fields', () => {
    expect(accessLogLine(REQUEST)).toBe(
      [
        ...['2026-11-21', '00:00:00', 'FRA56-P1', '1400', '127.0.0.1', 'GET', 'd111111abcdef8.cloudfront.net'],
        ...['/photos/cat.jpg', '200', 'https://www.example.com/a?b=c%23d', 'Mozilla/5.0%20(X11;%20Linux%20x86_64)'],
        ...['v=1&w=640', '-', 'Hit', 'SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==', 'cdn.example.com'],
        ...['https', '321', '0.082', '-', 'TLSv1.3', 'TLS_AES_128_GCM_SHA256', 'Hit', 'HTTP/2.0', '-', '-', '51234'],
        ...['0.001', 'Hit', 'image/webp', '1000', '-', '-'],
      ].join('\t'),
    )
  })
})

describe('a field', () => {
  test.each<[string, string, Partial<FinishedRequest>, string | null]>([
    ['the date is that of the end', 'date', { milliseconds: 10 }, '2026-11-20'],
    ['the time is that of the end', 'time', { milliseconds: 10 }, '23:59:59'],
    ['seconds, to the thousandth', 'time-taken', { milliseconds: 12_345.6 }, '12.346'],
    ['seconds, to the thousandth', 'time-to-first-byte', { millisecondsToFirstByte: 0.3 }, '0.000'],
    ['000 when there was no response', 'sc-status', { status: 0 }, '000'],
    ['a hyphen without a query', 'cs-uri-query', { query: '' }, null],
    ['a hyphen without a Referer', 'cs(Referer)', { referer: '' }, null],
    ['a hyphen over HTTP', 'ssl-protocol', { scheme: 'http', tls: null }, null],
    ['a hyphen over HTTP', 'ssl-cipher', { scheme: 'http', tls: null }, null],
    ['a hyphen where the length was not known', 'sc-content-len', { contentLength: -1 }, null],
    ['a length of nothing', 'sc-content-len', { contentLength: 0, bodyBytes: 0 }, '0'],
    ['no part', 'sc-range-start', {}, null],
    ['the first byte of a part', 'sc-range-start', { range: [0, 9] }, '0'],
    ['the last byte of a part', 'sc-range-end', { range: [0, 9] }, '9'],
    ['proxies on the way', 'x-forwarded-for', { forwardedFor: '192.0.2.1, 2001:db8::1' }, '192.0.2.1, 2001:db8::1'],
    ['the version with its name', 'cs-protocol-version', { httpVersion: '1.0' }, 'HTTP/1.0'],
    ['no field-level encryption', 'fle-status', {}, null],
    [
      'the type with its parameters',
      'sc-content-type',
      { contentType: 'text/plain; charset=utf-8' },
      'text/plain; charset=utf-8',
    ],
  ])('%s: %s', (_, name, request, value) => {
    expect(logged(request)[name]).toBe(value)
  })

  const resultTypes = (request: Partial<FinishedRequest>) => {
    const record = logged(request)
    return [
      record['x-edge-result-type'],
      record['x-edge-response-result-type'],
      record['x-edge-detailed-result-type'],
    ].join(' ')
  }
  test.each<[string, Partial<FinishedRequest>, string]>([
    [
      'one word in all three',
      { resultType: 'RefreshHit', detailedResultType: 'RefreshHit' },
      'RefreshHit RefreshHit RefreshHit',
    ],
    ['an error', { resultType: 'Error', detailedResultType: 'Error', status: 502 }, 'Error Error Error'],
    [
      'what went wrong with the origin',
      { resultType: 'Error', detailedResultType: 'OriginDnsError', status: 502 },
      'Error Error OriginDnsError',
    ],
    [
      'what origin-request answered',
      { resultType: 'LambdaGeneratedResponse' },
      'LambdaGeneratedResponse LambdaGeneratedResponse MissGeneratedResponse',
    ],
    ['a viewer that went away', { resultType: 'Hit', bodyBytes: 999 }, 'Error Hit ClientCommError'],
    ['not in answer to HEAD', { method: 'HEAD', bodyBytes: 0 }, 'Hit Hit Hit'],
    ['not with 304', { status: 304, bodyBytes: 0 }, 'Hit Hit Hit'],
    ['not where no length was promised', { contentLength: -1, bodyBytes: 0 }, 'Hit Hit Hit'],
  ])('result types: %s', (_, request, words) => {
    expect(resultTypes(request)).toBe(words)
  })
})

describe('values are escaped as the guide says: "Standard log file format"', () => {
  test.each([
    ['a space', ' ', '%20'],
    ['a tab', '\t', '%09'],
    ['a line break', '\r\n', '%0D%0A'],
    ['NUL', '\0', '%00'],
    ['DEL', '\x7f', '%7F'],
    ['quotes and brackets', '"\'<>{}[]', '%22%27%3C%3E%7B%7D%5B%5D'],
    ['the rest of the table', '#|\\^~`', '%23%7C%5C%5E%7E%60'],
    ['a percent sign: what was escaped is escaped twice', '%20', '%2520'],
    ['bytes, as Node reads them', '\xc3\xa9', '%C3%A9'],
    ['text beyond Latin-1, as UTF-8', '日', '%E6%97%A5'],
    ['what is left as it is', '!$&()*+,-./09:;=?@AZ_az', '!$&()*+,-./09:;=?@AZ_az'],
  ])('%s', (_, text, escaped) => {
    expect(accessLogLine({ ...REQUEST, userAgent: text }).split('\t')[10]).toBe(escaped)
  })

  it('any request is 33 fields on one line of ASCII, and reads back as it was', () => {
    const bytes = fc.string({ unit: anyCharacter })
    const texts = [
      'path',
      'query',
      'referer',
      'userAgent',
      'cookie',
      'forwardedFor',
      'host',
      'method',
      'contentType',
    ] as const
    const request = fc
      .record(Object.fromEntries(texts.map((name) => [name, bytes])))
      .map((values) => ({ ...REQUEST, ...values }))
    fc.assert(
      fc.property(request, (request) => {
        const line = accessLogLine(request)
        expect(line.split('\t')).toHaveLength(33)
        expect(line).toMatch(/^[!-~\t]+$/)
        const record = logged(request)
        const read = [record['cs-uri-stem'], record['cs(Referer)'], record['x-host-header']]
        const sent = [request.path, request.referer, request.host]
        expect(read).toEqual(sent.map((text) => (text === '' || text === '-' ? null : asSent(text))))
      }),
      { numRuns: runs(500) },
    )
  })
})

/** One character to a byte where the text allows it. */
const asSent = (text: string): string => {
  const bytes = Buffer.from(text, 'latin1')
  return (bytes.toString('latin1') === text ? bytes : Buffer.from(text)).toString()
}

const ACCESS_LOG = fileURLToPath(new URL('../../../../local/listeners/access-log.ts', import.meta.url))

describe('writing', () => {
  const open = async (file: string) => {
    const warnings: string[] = []
    const log = await openAccessLog(file, (message) => warnings.push(message))
    return { log, warnings }
  }

  it('a new file has its header before the first request, and every request by the time it is closed', async () => {
    const file = join(await temporaryFolder(), 'new', 'access.log')
    const { log } = await open(file)
    expect(await readFile(file, 'utf8')).toBe(accessLogHeader)
    for (let port = 1; port <= 1000; port++) log.write({ ...REQUEST, port })
    await log.close()
    const records = parseLog(await readFile(file, 'utf8'))
    expect(records.map((record) => record['c-port'])).toEqual(Array.from({ length: 1000 }, (_, i) => String(i + 1)))
  })

  it('an old file is appended to, with one header', async () => {
    const file = join(await temporaryFolder(), 'access.log')
    for (let i = 0; i < 2; i++) {
      const { log } = await open(file)
      log.write(REQUEST)
      await log.close()
    }
    const line = accessLogLine(REQUEST)
    expect(await readFile(file, 'utf8')).toBe(`${accessLogHeader}${line}\n${line}\n`)
  })

  it('a line that was left unfinished is ended first', async () => {
    const file = join(await temporaryFolder(), 'access.log')
    await writeFile(file, `${accessLogHeader}2026-11-20\t10:0`)
    const { log } = await open(file)
    log.write(REQUEST)
    await log.close()
    expect((await readFile(file, 'utf8')).split('\n').at(-2)).toBe(accessLogLine(REQUEST))
  })

  it('a file that was emptied under it gets a header again', async () => {
    const file = join(await temporaryFolder(), 'access.log')
    const { log } = await open(file)
    await writeFile(file, '')
    log.write(REQUEST)
    await log.close()
    expect(parseLog(await readFile(file, 'utf8'))).toHaveLength(1)
  })

  test.each<[string, Partial<FinishedRequest>, number]>([
    ['a URL over its limit is not logged', { path: `/${'a'.repeat(8_182)}`, query: 'v=1234567' }, 0],
    ['one at its limit is', { path: `/${'a'.repeat(8_181)}`, query: 'v=1234567' }, 1],
    ['headers over their limit are not', { status: 494 }, 0],
    ['414 of an origin is', { status: 414 }, 1],
  ])('%s', async (_, request, lines) => {
    const file = join(await temporaryFolder(), 'access.log')
    const { log } = await open(file)
    log.write({ ...REQUEST, ...request })
    await log.close()
    expect(parseLog(await readFile(file, 'utf8'))).toHaveLength(lines)
  })

  it('a file that can not be opened is an error that names why', async () => {
    const file = join(import.meta.filename, 'access.log')
    const error = await open(file).catch((error) => error)
    expect(error).toBeInstanceOf(InputError)
    expect(error.message).toMatch(
      /^expected a file for the access log, found none that can be written: (?:EEXIST|ENOTDIR): /,
    )
  })

  it.runIf(process.platform === 'linux')('a full disk is said once, and stops nothing', async () => {
    const { log, warnings } = await open('/dev/full')
    log.write(REQUEST)
    log.write(REQUEST)
    await log.close()
    expect(warnings).toEqual([
      "The access log can't be written, its lines are dropped: ENOSPC: no space left on device, write",
    ])
  })

  it.runIf(process.platform === 'linux')(
    'a disk that fills up in the middle of a line keeps whole lines, and goes on when there is room',
    async () => {
      const file = join(await temporaryFolder(), 'access.log')
      const script = `
      import { readFileSync, truncateSync } from 'node:fs'
      import { openAccessLog } from ${JSON.stringify(ACCESS_LOG)}
      const file = ${JSON.stringify(file)}
      const request = ${JSON.stringify(REQUEST)}
      const full = []
      const warnings = []
      const over = Promise.withResolvers()
      const log = await openAccessLog(file, (message) => {
        warnings.push(message)
        if (!message.includes("can't")) return over.resolve()
        full.push(readFileSync(file, 'utf8'))
        truncateSync(file)
        log.write(request)
      })
      for (let i = 0; i < 20; i++) log.write(request)
      await over.promise
      await log.close()
      console.log(JSON.stringify({ warnings, files: [...full, readFileSync(file, 'utf8')] }))`
      // 2,048 bytes, and a signal that is ignored: a write beyond them takes a part, then fails.
      const limited = `trap '' XFSZ; ulimit -f 2; exec "$0" --input-type=module -e "$1"`
      const { stdout, stderr, status } = spawnSync('bash', ['-c', limited, process.execPath, script], {
        encoding: 'utf8',
      })
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
      const { warnings, files }: { warnings: string[]; files: string[] } = JSON.parse(stdout)
      expect(warnings[0]).toMatch(/^The access log can't be written, its lines are dropped: EFBIG: /)
      expect(warnings[1]).toMatch(/^The access log is written again; \d+ of its lines are lost\.$/)
      expect(warnings).toHaveLength(2)
      const lost = Number(/\d+(?= of its lines)/.exec(warnings[1] ?? '')?.[0])
      expect(lost).toBeGreaterThan(0)
      expect(files.flatMap(parseLog).length + lost).toBe(21)
    },
  )
})
