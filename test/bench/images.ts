/** `npm run bench:images`: what a rendition costs, end to end, in time and memory. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { IMAGE_MEMORY_MB } from '../../edge/limits.ts'
import { encodeHeic, NO_ENCODER } from '../images/heic.ts'
import { animation, photo } from '../images/pictures.ts'
import { type Loading, measureLoading } from './image-loading.ts'
import { measurePeak, measureSoak, type Soak } from './image-memory.ts'
import { measurePredictions, type Prediction } from './image-prediction.ts'
import { openImageSite } from './image-site.ts'
import { measureSpeed } from './image-speed.ts'

const HELP = `Usage: npm run bench:images -- [--turns N] [--soak N] [--memory MB] [--json]

Builds origin-response.zip, unpacks it, and measures it against a bucket on this machine:
- event in, response out, warm: a 2725×2225 JPEG to WebP 640 wide, against sharp alone with the same settings and
  against ipx on the same bucket, in processes of their own, in turns; CPU and wall milliseconds
- what the first image loads and reads, against loading sharp alone, fresh processes in turns
- peak memory of a 24-megapixel JPEG of 10 MB to 2048 wide, and of harder ones
- time and memory that the plan predicts, against what happens

The pictures are the project's own; with $RIMLIGHT_CORPUS, the 2725×2225 photograph there takes the first one's place.

Options
  --turns N  how often each is measured; default: 60
  --soak N   then N transforms of mixed pictures in one process, and its memory; default: none
  --memory MB  of the function that the soak is in; default: 1024
  --only-soak  nothing but that
  --json     print one JSON document; npm itself prints to stdout as well, unless called as npm run --silent bench:images
  --help     print this

Exit code: 0 within the budgets; 1 over one of them; 2 wrong usage.
`

/** What the design allows. */
const BUDGETS = { cpuOfSharp: 1.1, wallOfIpx: 1, loading: 2.4, peak: 400, time: 1, memory: 1 }

const say = (line: string) => process.stderr.write(`${line}\n`)

async function pictures() {
  const corpus = process.env.RIMLIGHT_CORPUS
  const large = photo(6_000, 4_000)
  return {
    'photo.jpg': corpus
      ? await readFile(join(corpus, 'photos/odd/2569067123_aca715a2ee_o.jpg'))
      : await photo(2_725, 2_225).jpeg({ quality: 88 }).toBuffer(),
    '24mp.jpg': await large.clone().jpeg({ quality: 98, chromaSubsampling: '4:4:4' }).toBuffer(),
    '24mp-progressive.jpg': await large.clone().jpeg({ quality: 90, progressive: true }).toBuffer(),
    '24mp.webp': await large.clone().webp({ effort: 1 }).toBuffer(),
  }
}

/** One of each kind that costs differently, of six megapixels. */
async function kinds() {
  const picture = photo(3_000, 2_000)
  return {
    'jpeg.jpg': await picture.clone().jpeg().toBuffer(),
    'progressive.jpg': await picture.clone().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
    'turned.jpg': await picture.clone().jpeg().withMetadata({ orientation: 6 }).toBuffer(),
    'png.png': await picture.clone().png({ compressionLevel: 3 }).toBuffer(),
    'interlaced.png': await picture.clone().png({ compressionLevel: 3, progressive: true }).toBuffer(),
    'lossy.webp': await picture.clone().webp({ effort: 1 }).toBuffer(),
    'lossless.webp': await picture.clone().webp({ effort: 0, lossless: true }).toBuffer(),
    'gif.gif': await picture.clone().gif({ effort: 1 }).toBuffer(),
    'lzw.tif': await picture.clone().tiff({ compression: 'lzw' }).toBuffer(),
    'avif.avif': await picture.clone().avif({ effort: 0, chromaSubsampling: '4:4:4' }).toBuffer(),
  }
}

const TARGETS = ['fm=webp&w=640', 'fm=webp&w=2048', 'fm=avif&w=2048', 'fm=jpg&w=2048', 'fm=png&w=2048', 'w=2048']

/** Mixed: mostly of ordinary size, two of them from a camera, one cut short, one that moves, a HEIC where there is an encoder. */
async function soaked() {
  const [picture, small] = [photo(1_500, 1_000), photo(640, 480)]
  const jpeg = await picture.clone().jpeg().toBuffer()
  return {
    'soak-24mp.jpg': await photo(6_000, 4_000).jpeg({ quality: 90 }).toBuffer(),
    'soak-jpeg.jpg': jpeg,
    'soak-progressive.jpg': await picture.clone().jpeg({ progressive: true }).toBuffer(),
    'soak-turned.jpg': await picture.clone().jpeg().withMetadata({ orientation: 6 }).toBuffer(),
    'soak-cut.jpg': jpeg.subarray(0, Math.floor(jpeg.length * 0.9)),
    'soak-png.png': await picture.clone().png({ compressionLevel: 3 }).toBuffer(),
    'soak-palette.png': await small.clone().png({ palette: true, colours: 32 }).toBuffer(),
    'soak-lossy.webp': await picture.clone().webp({ effort: 1 }).toBuffer(),
    'soak-gif.gif': await animation(320, 240, 12).gif({ effort: 1 }).toBuffer(),
    'soak-lzw.tif': await picture.clone().tiff({ compression: 'lzw' }).toBuffer(),
    'soak-avif.avif': await picture.clone().avif({ effort: 0 }).toBuffer(),
    'soak-large.avif': await photo(4_000, 2_500).avif({ effort: 0 }).toBuffer(),
    'soak-small.jpg': await small.clone().jpeg().toBuffer(),
    ...(NO_ENCODER ? {} : { 'soak-heic.jpg': await encodeHeic(await picture.clone().png().toBuffer()) }),
  }
}

async function onlySoak(transforms: number, memory: number) {
  const site = await openImageSite({
    heic: true,
    previews: true,
    quality: 'auto',
    backgrounds: ['1e90ff'],
    blurs: [20],
  })
  try {
    const pictures = await soaked()
    for (const [key, bytes] of Object.entries(pictures)) await site.put(key, bytes)
    return await measureSoak(site, Object.keys(pictures), transforms, memory)
  } finally {
    await site.close()
  }
}

async function measure(turns: number, soak: number, memory: number) {
  say('building, and making pictures')
  const site = await openImageSite()
  try {
    for (const [key, bytes] of Object.entries(await pictures())) await site.put(key, bytes)
    say(`event in, response out: ${turns} turns`)
    const speed = await measureSpeed(site, 'photo.jpg', turns)
    say('loading')
    const loading = await measureLoading(site, Math.min(turns, 40))
    say('memory')
    const peaks = [
      await measurePeak(site, '24mp.jpg', 'fm=webp&w=2048'),
      await measurePeak(site, '24mp-progressive.jpg', 'fm=webp&w=2048'),
      await measurePeak(site, '24mp.webp', 'fm=webp&w=2048'),
    ]
    say('predictions')
    const sources = await kinds()
    for (const [key, bytes] of Object.entries(sources)) await site.put(key, bytes)
    const predictions = await measurePredictions(site, sources, TARGETS)
    if (soak > 0) say(`soak: ${soak} transforms`)
    return { speed, loading, peaks, predictions, soak: soak > 0 ? await onlySoak(soak, memory) : null }
  } finally {
    await site.close()
  }
}

type Measured = Awaited<ReturnType<typeof measure>>

/** The prediction that is nearest to being too low. */
const worst = (predictions: readonly Prediction[], share: (prediction: Prediction) => number): Prediction =>
  predictions.toSorted((a, b) => share(b) - share(a))[0] as Prediction

const timeShare = ({ time, predictedTime }: Prediction): number => time / predictedTime
const memoryShare = ({ memory, predictedMemory }: Prediction): number => memory / predictedMemory

const exceeded = ({ speed, loading, peaks, predictions }: Measured): string[] =>
  Object.entries({
    cpuOfSharp: speed.cpuOfSharp,
    wallOfIpx: speed.wallOfIpx,
    loading: loading.ratio.cpu,
    peak: peaks[0]?.megabytes ?? Number.NaN,
    time: timeShare(worst(predictions, timeShare)),
    memory: memoryShare(worst(predictions, memoryShare)),
  }).flatMap(([name, value]) => (value <= BUDGETS[name as keyof typeof BUDGETS] ? [] : [name]))

function report({ speed, loading, peaks, predictions, soak }: Measured): string {
  const { figures } = speed
  const [slowest, largest] = [worst(predictions, timeShare), worst(predictions, memoryShare)]
  const row = (name: keyof typeof figures) =>
    `  ${name.padEnd(6)} ${figures[name].cpu.toFixed(1).padStart(7)} ${figures[name].wall.toFixed(1).padStart(7)} ${String(figures[name].bytes).padStart(8)}`
  return [
    'JPEG 2725×2225 → WebP 640, warm; medians',
    '         CPU ms wall ms    bytes',
    ...(['ours', 'sharp', 'ipx'] as const).map(row),
    `  CPU of sharp alone: ${speed.cpuOfSharp.toFixed(3)} (budget ${BUDGETS.cpuOfSharp})`,
    `  of ipx: wall ${speed.wallOfIpx.toFixed(3)} (budget ${BUDGETS.wallOfIpx}), CPU ${speed.cpuOfIpx.toFixed(3)}`,
    '',
    'Loading for the first image, one GET included; medians of fresh processes',
    `  CPU:  ${timesOf(loading, 'cpu')} (budget ${BUDGETS.loading})`,
    `  wall: ${timesOf(loading, 'wall')}, which counts what else the machine does`,
    '',
    'Peak memory of the process, MB; and what a function of 512 MB answers',
    ...peaks.map(
      ({ key, variant, megabytes, result, in512 }) =>
        `  ${megabytes.toFixed(0).padStart(4)}  ${key} ${variant}: ${result}${in512 === result ? '' : `; in 512 MB: ${in512}`}`,
    ),
    `  budget for the first: ${BUDGETS.peak}`,
    '',
    `Predictions, ${predictions.length} kinds of source and target of six megapixels: what happens is at most`,
    `  ${timeShare(slowest).toFixed(2)} of the time (${slowest.source} ${slowest.target}: ${slowest.time.toFixed(0)} of ${slowest.predictedTime.toFixed(0)} ms),`,
    `  ${memoryShare(largest).toFixed(2)} of the memory (${largest.source} ${largest.target}: ${largest.memory.toFixed(0)} of ${largest.predictedMemory.toFixed(0)} MB)`,
    ...(soak ? ['', soakReport(soak)] : []),
    '',
  ].join('\n')
}

const timesOf = ({ sharp, firstImage, ratio }: Loading, what: 'cpu' | 'wall'): string =>
  `sharp alone ${sharp[what].toFixed(1)} ms, ours ${firstImage[what].toFixed(1)} ms: ${ratio[what].toFixed(2)}`

const soakReport = ({ transforms, memory, resident, peak, answers }: Soak): string =>
  [
    `${transforms} transforms in one process that is told it has ${memory} MB; MB resident, by tenths:`,
    `  ${resident.join(' ')}, peak ${peak}`,
    ...Object.entries(answers).map(([answer, count]) => `  ${String(count).padStart(6)}  ${answer}`),
  ].join('\n')

/** What a fresh process would have made. */
const refused = ({ answers }: Soak): number =>
  Object.entries(answers).reduce((sum, [answer, count]) => sum + (answer.includes('reason=disabled') ? count : 0), 0)

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        turns: { type: 'string', default: '60' },
        soak: { type: 'string', default: '0' },
        memory: { type: 'string', default: '1024' },
        'only-soak': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    const [turns, soak, memory] = [Number(values.turns), Number(values.soak), Number(values.memory)]
    if (!(turns >= 1 && soak >= 0)) throw new Error('--turns and --soak take numbers')
    if (!(memory >= IMAGE_MEMORY_MB)) throw new Error(`--memory takes a number from ${IMAGE_MEMORY_MB}`)
    return { ...values, turns, soak, memory }
  } catch (error) {
    return (error as Error).message
  }
}

const options = readOptions()
if (typeof options === 'string') {
  say(`${options}; \`npm run bench:images -- --help\` says how to use it`)
  process.exitCode = 2
} else if (options.help) {
  process.stdout.write(HELP)
} else if (options['only-soak']) {
  say(`soak: ${options.soak} transforms`)
  const soak = await onlySoak(options.soak, options.memory)
  process.stdout.write(`${options.json ? JSON.stringify(soak, null, 2) : soakReport(soak)}\n`)
  process.exitCode = refused(soak) > 0 ? 1 : 0
} else {
  const measured = await measure(options.turns, options.soak, options.memory)
  process.stdout.write(options.json ? `${JSON.stringify(measured, null, 2)}\n` : report(measured))
  const over = exceeded(measured)
  if (over.length > 0) say(`over budget: ${over.join(', ')}`)
  process.exitCode = over.length > 0 ? 1 : 0
}
