/**
 * `npm run bench:logs [-- --lines N] [--many N] [--turns N]`: `rimlight logs report` with its page beside goaccess with its own, on the
 * same packed log, in turns; then `rimlight logs simulate`, and with `--many 10000000` a simulation of so many lines. The log is
 * generated line by line into a temporary folder. Time is told twice: by the clock, and by what the processors worked. On a
 * machine that others use as well, the second is the one to go by.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { createGzip } from 'node:zlib'
import { ROOT } from '../../base/root.ts'
import { temporaryFolder } from '../../base/temporary.ts'
import { bytesText } from '../../cli/kit/numbers.ts'
import { WISHLIST } from '../logs/workload.ts'
import { v1Text } from '../logs/written.ts'
import { inTurns, median, ratioOf } from './measure.ts'

/** What the design asks for. */
const TIMES_FASTER = 5
const LINES_A_SECOND = 150_000
const BYTES = 1e9

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    many: { type: 'string' },
    turns: { type: 'string', default: '3' },
  },
})

const CONFIG = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
  routes: [{ path: '/*', origin: 'photos', cache: { default: '24h' }, images: { widths: [128, 384, 1080] } }],
}

/** Seconds by the clock, seconds of all processors, bytes at most, and what it printed. */
type Run = { wall: number; processor: number; peak: number; stdout: string }

const missing = ['/usr/bin/time', 'goaccess', 'zcat'].filter(
  (tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).error,
)
if (missing.length > 0) {
  console.error(`This benchmark needs ${missing.join(' and ')}: apt-get install time goaccess`)
  process.exit(2)
}

async function run(command: string, args: readonly string[]): Promise<Run> {
  const child = spawn('/usr/bin/time', ['-f', '%e %U %S %M', command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: ROOT,
  })
  let text = ''
  let stdout = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    text += chunk
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  const [wall, user, system, peak] = (text.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  if (code !== 0 || peak === undefined) throw new Error(`${command} ended with ${code}: ${text}`)
  return { wall: wall as number, processor: (user as number) + (system as number), peak: peak * 1024, stdout }
}

const rimlight = (...args: string[]): Promise<Run> =>
  run(process.execPath, [join(ROOT, 'cli/rimlight.mjs'), 'logs', ...args])

async function logOf(lines: number, folder: string): Promise<string> {
  const path = join(folder, `${lines}.gz`)
  await pipeline(Readable.from(v1Text(lines, WISHLIST)), createGzip({ level: 1 }), createWriteStream(path))
  console.log(`${lines.toLocaleString('en')} lines, ${bytesText((await stat(path)).size)} packed`)
  return path
}

const seconds = (value: number): string => `${value.toFixed(1)} s`.padStart(8)

function print(name: string, runs: readonly Run[]): void {
  const of = (what: 'wall' | 'processor' | 'peak') => median(runs.map((one) => one[what]))
  console.log(
    `  ${name.padEnd(24)}${seconds(of('wall'))} by the clock${seconds(of('processor'))} of processors, ${bytesText(of('peak'))} at most`,
  )
}

const { folder, remove } = await temporaryFolder('rimlight-bench-logs-')
try {
  const lines = Number(values.lines)
  console.log(
    `${availableParallelism()} processors, load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  )
  const log = await logOf(lines, folder)
  const config = join(folder, 'edge.config.json')
  await writeFile(config, JSON.stringify(CONFIG))
  const goaccess = `zcat "$0" | goaccess - --log-format=CLOUDFRONT --no-global-config --no-progress -o "$1"`

  const found = await inTurns(
    {
      rimlight: () => rimlight('report', log, '--config', config, '--out', join(folder, 'ours.html')),
      goaccess: () => run('bash', ['-c', goaccess, log, join(folder, 'theirs.html')]),
    },
    Number(values.turns),
  )
  console.log('\nA report with its page')
  print('rimlight logs report', found.rimlight)
  print('goaccess', found.goaccess)
  const ratio = (what: 'wall' | 'processor') =>
    ratioOf(
      found.goaccess.map((one) => one[what]),
      found.rimlight.map((one) => one[what]),
    )
  const peak = Math.max(...found.rimlight.map((one) => one.peak))
  const times = (what: 'wall' | 'processor') => `${ratio(what).toFixed(1)} times`
  let isMissed = false
  const held = (isMet: boolean, text: string): void => {
    isMissed ||= !isMet
    console.log(`  ${isMet ? 'met' : 'MISSED'}: ${text}`)
  }
  held(
    ratio('wall') >= TIMES_FASTER,
    `${times('wall')} faster by the clock, ${times('processor')} by processors; asked for: ${TIMES_FASTER} by the clock`,
  )
  held(peak <= BYTES, `${bytesText(peak)} at most; asked for: ${bytesText(BYTES)}`)

  console.log('\nA simulation')
  for (const count of [lines, ...(values.many === undefined ? [] : [Number(values.many)])]) {
    const one = await rimlight(
      'simulate',
      count === lines ? log : await logOf(count, folder),
      '--config',
      config,
      '--json',
    )
    print(`${count.toLocaleString('en')} lines`, [one])
    const [clock, processor] = [count / one.wall, count / one.processor].map((rate) =>
      Math.round(rate).toLocaleString('en'),
    )
    const { spellings, before } = JSON.parse(one.stdout)
    console.log(
      `  ${spellings.toLocaleString('en')} spellings, ${before.keys.toLocaleString('en')} keys as they were sent`,
    )
    held(
      count / one.wall >= LINES_A_SECOND,
      `${clock} lines a second by the clock, ${processor} by processors; asked for: ${LINES_A_SECOND.toLocaleString('en')} by the clock`,
    )
    held(one.peak <= BYTES, `${bytesText(one.peak)} at most; asked for: ${bytesText(BYTES)}`)
  }
  process.exitCode = isMissed ? 1 : 0
} finally {
  await remove()
}
