/** What commands leave: nothing in the temporary folder, and of what they write all or nothing, whenever Ctrl-C comes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../base/root.ts'
import { loadConfig } from '../../build/config.ts'
import { listening } from '../listener.ts'
import { V1_FIELDS } from '../logs/written.ts'
import { EXTENT, sampleOf } from '../runs.ts'
import { siteOf } from '../sites.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'

const RIMLIGHT = join(ROOT, 'cli/rimlight.mjs')
const CONFIG = join(ROOT, 'edge.config.ts')

/** Of an access log. */
const LINES = EXTENT === 'full' ? 50_000 : 20_000

let root: string
let dist: string
/** AWS, which gives no answer. */
let silent: Awaited<ReturnType<typeof listening>>
beforeAll(async () => {
  root = await temporaryFolder()
  dist = join(root, 'dist')
  await symlink(await siteOf(await loadConfig(CONFIG)), dist)
  const events = join(root, 'events')
  await mkdir(events)
  for (const name of await readdir(join(ROOT, 'test/events'))) {
    await copyFile(join(ROOT, 'test/events', name), join(events, name))
  }
  const line = V1_FIELDS.map((name) => ({ date: '2026-11-01', time: '12:00:00', 'sc-status': '200' })[name] ?? '-')
  const lines = ['#Version: 1.0', `#Fields: ${V1_FIELDS.join(' ')}`, ...Array(LINES).fill(line.join('\t')), '']
  await writeFile(join(root, 'access.log'), lines.join('\n'))
  silent = await listening(createServer(() => {}))
})
afterAll(() => silent.close())

/** Milliseconds that a command has after Ctrl-C, on a busy machine. */
const PATIENCE = 20_000

/**
 * @param after milliseconds until Ctrl-C, which a terminal sends to every process of the group; Infinity: none
 * @returns how it ended, how long it took, and what is in the temporary folder afterwards
 */
async function run(args: readonly string[], after = Number.POSITIVE_INFINITY) {
  const temporary = await temporaryFolder()
  const began = performance.now()
  const child = spawn(process.execPath, [RIMLIGHT, ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      // Zips are to be interrupted while they are made, not taken from an earlier build (`test/deflate-once.mjs`).
      NODE_OPTIONS: '',
      // A moment is to be one of the command's own work: CloudFormation's validation would take most of the time.
      CDK_VALIDATION: 'false',
      ...{ TMPDIR: temporary, AWS_ENDPOINT_URL: silent?.url ?? '', AWS_REGION: 'us-east-1' },
      ...{ AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' },
    },
    detached: true,
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  const closed = once(child, 'close')
  let isOver = false
  void closed.then(() => {
    isOver = true
  })
  if (Number.isFinite(after)) {
    await Promise.race([setTimeout(after), closed])
    if (!isOver) process.kill(-(child.pid ?? 0), 'SIGINT')
    await Promise.race([setTimeout(PATIENCE), closed])
    const isLate = !isOver
    if (isLate) process.kill(-(child.pid ?? 0), 'SIGKILL')
    expect(isLate, `${args[0]} goes on after Ctrl-C`).toBe(false)
  }
  const [code, killedBy] = await closed
  return { ended: code ?? killedBy, took: performance.now() - began, said, left: await readdir(temporary) }
}

/** In tenths of the time that a whole run takes. */
const MOMENTS = EXTENT === 'full' ? [1, 5, 9] : [6]

describe('at its end, and at Ctrl-C, nothing is left by', { timeout: 240_000 }, () => {
  it.each<[string, (out: string) => string[], number]>([
    ['build', (out) => ['build', '--config', CONFIG, '--out', out], 0],
    ['release', (out) => ['release', '--config', CONFIG, '--out', out], 0],
    ['replay', () => ['replay', 'events', '--dist', dist], 1],
    ['template', (out) => ['template', '--dist', dist, '--out', join(out, 'template.json')], 0],
    ['logs report', (out) => ['logs', 'report', 'access.log', '--dist', dist, '--out', join(out, 'report.html')], 0],
  ])('%s', async (_, args, code) => {
    const out = join(await temporaryFolder(), 'out')
    await mkdir(out)
    const whole = await run(args(out))
    expect(whole).toMatchObject({ left: [] })
    expect([0, code], whole.said).toContain(whole.ended)
    const written = await readdir(out)
    for (const moment of MOMENTS) {
      const folder = join(await temporaryFolder(), 'out')
      await mkdir(folder)
      const { ended, left, said } = await run(args(folder), (whole.took * moment) / 10)
      expect([130, 'SIGINT', whole.ended], said).toContain(ended)
      expect(left, `at ${moment} tenths`).toEqual([])
      if (ended === 130) expect(said).not.toContain('Wrote')
      // Whole files under their own names, and no other.
      for (const name of await readdir(folder)) expect(written).toContain(name)
    }
  })

  it.each<[string, string[]]>([
    ['attach', ['attach', '--distribution', 'EDFDVBD6EXAMPLE', '--yes']],
    ['status', ['status', '--distribution', 'EDFDVBD6EXAMPLE']],
    ['publish', ['publish', 'events', 's3://example-photos']],
    ['init', ['init', '--from-distribution', 'EDFDVBD6EXAMPLE']],
  ])('%s, while AWS gives no answer', async (_, args) => {
    const before = await readdir(root)
    const { ended, left } = await run(args, 3_000)
    expect([130, 'SIGINT']).toContain(ended)
    expect(left).toEqual([])
    expect(await readdir(root)).toEqual(before)
  })

  it('start, before it is there', async () => {
    const args = ['start', '--config', CONFIG, '--https-port', '0', '--http-port', '0']
    for (const after of sampleOf([200, 1_000, 2_000, 4_000])) {
      const folder = join(await temporaryFolder(), 'dist')
      const { ended, left, said } = await run([...args, '--out', folder], after)
      expect([0, 'SIGINT'], said).toContain(ended)
      expect(left, `after ${after} ms`).toEqual([])
      const written = await readdir(folder).catch(() => [])
      expect(written.filter((name) => name.startsWith('.'))).toEqual([])
    }
  })
})
