/** `npm run sweep:images`: every picture of a folder, at every width, quality and format, through the built zip. */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { DEFAULT_WIDTHS } from '../../edge/config.ts'
import { makeCounts } from './counts.ts'
import { buildZip, openRig, ROUTE } from './rig.ts'
import { LOOKS } from './variants.ts'

const HELP = `Usage: npm run sweep:images -- [FOLDER] [--every N] [--json]

Builds origin-response.zip, runs it as Lambda would, a bucket beside it, and asks for every picture of a folder (at any
depth) at every width of the default ladder and at its own, in every quality and format, the quality found anew where none is
said; with a background and a blur; HEIC as well. Each response has to be a
rendition that is what it says, or the original with a reason, and has to have fewer than 1,048,576 bytes.

  FOLDER     default: photos in $RIMLIGHT_CORPUS

Options
  --every N  one in N variants, others for each picture; default: 1, all
  --json     print one JSON document: { seconds, counts, largest, failures }
  --help     print this

Exit code: 0 fine; 1 something was wrong; 2 wrong usage.
`

const TYPES: Record<string, string> = {
  jpg: 'jpeg',
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  tif: 'tiff',
  tiff: 'tiff',
  avif: 'avif',
  heic: 'heic',
  heif: 'heic',
}

/** Canonical, as origin-request passes them on; the quality that is the default is left out. */
const VARIANTS = ['', ...DEFAULT_WIDTHS]
  .flatMap((width) =>
    ['', 'avif', 'jpg', 'png', 'webp'].flatMap((fm) =>
      ['', 50, 65, 90].map((q) =>
        Object.entries({ fm, q, w: width })
          .filter(([, value]) => value !== '')
          .map(([name, value]) => `${name}=${value}`)
          .join('&'),
      ),
    ),
  )
  .filter((variant) => variant !== '')
  .concat(LOOKS)

const say = (text: string) => process.stderr.write(`${text}\n`)

async function picturesIn(folder: string) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && extensionOf(entry.name) in TYPES)
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

const extensionOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1).toLowerCase()

async function sweep(folder: string, every: number) {
  const started = performance.now()
  const files = await picturesIn(folder)
  const counts = makeCounts()
  const failures: { file: string; variant: string; faults: string[] }[] = []
  let largest = { file: '', variant: '', bytes: 0 }
  const zip = await buildZip()
  const rig = await openRig(zip, { processes: 2 })
  try {
    for (const [at, path] of files.entries()) {
      const bytes = await readFile(path)
      const file = relative(folder, path)
      const variants = VARIANTS.filter((_, i) => (i + at) % every === 0)
      const type = `image/${TYPES[extensionOf(path)]}`
      for (const answer of await rig.askAll(
        variants.map((variant) => ({ bytes, type, variant, route: ROUTE.phones })),
      )) {
        const { variant } = answer.question
        counts.add(answer)
        if (answer.faults.length > 0) failures.push({ file, variant, faults: answer.faults })
        const size = answer.outcome.kind === 'returned' ? JSON.stringify(answer.outcome.value).length : 0
        if (size > largest.bytes) largest = { file, variant, bytes: size }
      }
      say(`${at + 1} of ${files.length} ${file}: ${counts.line()}`)
    }
  } finally {
    await rig.close()
    await zip.remove()
  }
  return { seconds: Math.round((performance.now() - started) / 1000), counts, largest, failures, files: files.length }
}

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        every: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    const corpus = process.env.RIMLIGHT_CORPUS
    const folder = positionals[0] ?? (corpus && join(corpus, 'photos'))
    const every = Number(values.every)
    if (!(Number.isInteger(every) && every > 0)) return `--every: expected a whole number from 1, found ${values.every}`
    if (!folder && !values.help) return 'expected a folder of pictures, or RIMLIGHT_CORPUS set; found neither'
    return { ...values, folder: folder ?? '', every }
  } catch (error) {
    return (error as Error).message
  }
}

const options = readOptions()
if (typeof options === 'string') {
  say(`${options}; \`npm run sweep:images -- --help\` says how to use it`)
  process.exitCode = 2
} else if (options.help) {
  process.stdout.write(HELP)
} else {
  const { counts, ...found } = await sweep(options.folder, options.every)
  const { failures, largest, seconds, files } = found
  if (options.json) process.stdout.write(`${JSON.stringify({ ...found, counts: counts.table() }, null, 2)}\n`)
  else {
    const lines = failures.map(({ file, variant, faults }) => `${file} ${variant}: ${faults.join('; ')}\n`)
    process.stdout.write(
      `${lines.join('')}${files} pictures, ${counts.line()} (${seconds} s)\n` +
        `largest response: ${largest.bytes.toLocaleString('en')} bytes, ${largest.file} ${largest.variant}\n`,
    )
  }
  process.exitCode = failures.length > 0 || counts.wrong() > 0 || counts.total() === 0 ? 1 : 0
}
