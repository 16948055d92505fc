/**
 * URLs that were made to slip past a route, or to lead elsewhere: none makes the function throw, goes on though its readings
 * lead to several routes, or is redirected to a stranger. RIMLIGHT_HOSTILE_URLS names a folder of further lists, `*.txt` with a
 * URL, a path, or what is to be put into one, on each line; `npm run bench:worst` says what such lists cost.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at } from '../../base/json-values.ts'
import type { FunctionEngine } from '../../local/host/functions/function-engine.ts'
import { hasNjs, NJS_MISSING, openNjs } from '../../local/host/functions/njs.ts'
import { openWorkerd } from '../../local/host/functions/workerd.ts'
import { requestOfLine } from '../bench/hostile-urls.ts'
import { costSubject } from '../bench/worst-requests.ts'
import { returnedValue } from './case.ts'
import { PATTERNS, settings } from './config.ts'
import { functionCode } from './drivers.ts'
import { routesOf } from './viewer-oracle.ts'

/** A dot, a slash: as they are, escaped once or twice, as longer UTF-8 than allowed, as half of UTF-16, as what looks like one. */
const DOTS = ['.', '%2e', '%2E', '%252e', '%c0%ae', '%e0%80%ae', '%u002e', '\uff0e', '%ef%bc%8e']
const SLASHES = ['/', '//', '/./', '%2f', '%2F', '%252f', '%5c', '\\', '%c0%af', '%u2215', '\u2215', ';/', '/%09/']
const BEFORE = ['/', '//', '/x', '/photos/', '/thumbs/a.jpg', '/%2e/']
const TARGETS = ['drafts/a.jpg', 'api/live/x', 'DRAFTS%2fa', 'etc/passwd%00.jpg']
const AFTER = ['', '?w=320&v=1706400000', ';.jpg', '#', '%20', '.']

const TRAVERSALS = BEFORE.flatMap((before) =>
  DOTS.flatMap((dot) =>
    SLASHES.flatMap((slash) =>
      [1, 3].flatMap((depth) =>
        TARGETS.map((target, i) => {
          const after = AFTER[(i + before.length + slash.length + depth) % AFTER.length]
          return `${before}${(dot + dot + slash).repeat(depth)}${target.replace('/', slash)}${after}`
        }),
      ),
    ),
  ),
)

const STRANGER = 'stranger.example'
const REDIRECTS = [
  '//',
  '///',
  '/\\',
  '\\\\',
  '/%5c',
  '/%2f',
  '/%09/',
  '/.',
  '/;@',
  '/@',
  'https:',
  'javascript://',
].flatMap((before) =>
  [STRANGER, `${STRANGER}/%2f..`, `cdn.example.com@${STRANGER}`, `cdn.example.com.${STRANGER}`].map(
    (host) => before + host,
  ),
)

const FOLDER = process.env.RIMLIGHT_HOSTILE_URLS
const LISTED = (FOLDER === undefined ? [] : readdirSync(FOLDER).filter((name) => name.endsWith('.txt'))).flatMap(
  (name) =>
    readFileSync(join(FOLDER as string, name), 'utf8')
      .split(/\r?\n/)
      .filter(Boolean),
)

const ENGINES = [
  { name: 'njs', open: openNjs, missing: hasNjs() ? '' : NJS_MISSING },
  { name: 'workerd', open: openWorkerd, missing: '' },
]

/** Of a batch, as the engines take it in one message. */
const BATCH = 4_000

describe.each(ENGINES)('hostile URLs in $name', ({ open, missing }) => {
  if (missing) return it.skip(missing, () => {})
  let engine: FunctionEngine
  beforeAll(async () => {
    engine = await open(await functionCode(settings()))
  })
  afterAll(() => engine?.close())

  async function answered(lines: readonly string[], headers: Record<string, string> = {}) {
    const answers: { line: string; uri: string; value: unknown }[] = []
    for (let i = 0; i < lines.length; i += BATCH) {
      const requests = lines.slice(i, i + BATCH).map((line) => ({ ...requestOfLine(line), line }))
      const events = requests.map((request) => costSubject({ ...request, headers }).event)
      const outcomes = await engine.run(events)
      answers.push(...requests.map(({ line, uri }, j) => ({ line, uri, value: returnedValue(outcomes[j] as never) })))
    }
    return answers
  }

  if (LISTED.length === 0) it.skip('RIMLIGHT_HOSTILE_URLS names no folder with lists', () => {})

  const lists = { traversals: TRAVERSALS, redirects: REDIRECTS, 'those of RIMLIGHT_HOSTILE_URLS': LISTED }

  it.each(Object.entries(lists).filter(([, lines]) => lines.length > 0))(
    '%s: what goes on has one route, however it is read',
    async (_, lines) => {
      const answers = await answered(lines)
      const unclear = answers.filter(
        ({ uri, value }) => at(value, 'uri') !== undefined && routesOf(uri, PATTERNS).size > 1,
      )
      expect(unclear.map(({ line }) => line)).toEqual([])
      expect(answers).toHaveLength(lines.length)
    },
    120_000,
  )

  it('over HTTP, none leads to a stranger', async () => {
    const http = { host: STRANGER, 'cloudfront-forwarded-proto': 'http' }
    for (const { line, value } of await answered([...REDIRECTS, ...LISTED], http)) {
      const location = at(value, 'headers', 'location', 'value')
      expect(new URL(String(location)).host, line).toBe('cdn.example.com')
    }
  }, 120_000)
})
