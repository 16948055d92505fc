/** In processes of their own, whose memory nobody else changes. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'

const { report } = process
const { glibcVersionRuntime } = (report.getReport() as unknown as { header: { glibcVersionRuntime?: string } }).header
const hasGlibc = process.platform === 'linux' && process.arch === 'x64' && glibcVersionRuntime !== undefined

const MODULE = JSON.stringify(new URL('../../../origin-response/allocator.ts', import.meta.url).href)

async function printed(script: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--input-type=module', '-e', script, ...args],
    { cwd: ROOT },
  )
  return JSON.parse(stdout)
}

/**
 * Decodes and encodes mixed pictures, the allocator set before or not, and prints how many MB more are resident then, and
 * how many when it was told to give back what it can.
 */
const MIXED = `
import sharp from 'sharp'
import { isAllocatorSet, setAllocator, trimAllocator } from ${MODULE}
const [isSet] = process.argv.slice(1)
if (isSet) await setAllocator()
sharp.cache(false)
sharp.concurrency(1)
const resident = () => (gc(), Math.round(process.memoryUsage.rss() / 1e6))
const noise = { type: 'gaussian', mean: 128, sigma: 8 }
const plain = sharp({ create: { width: 2000, height: 1500, channels: 3, background: '#468', noise } })
const sources = [await plain.clone().jpeg().toBuffer(), await plain.clone().avif({ effort: 0 }).toBuffer()]
const rest = resident()
for (let i = 0; i < 12; i += 1) {
  const image = sharp(sources[i % 2]).resize(200 + 50 * i)
  await (i % 4 === 1 ? image.avif({ effort: 0 }) : image.webp({ effort: 1 })).toBuffer()
}
const left = resident() - rest
await setAllocator()
const setLate = resident() - rest
trimAllocator()
console.log(JSON.stringify({ left, setLate, trimmed: resident() - rest, isSet: isAllocatorSet() }))
`

const measured = (...isSet: string[]) =>
  printed(MIXED, ...isSet) as Promise<{ left: number; setLate: number; trimmed: number; isSet: boolean }>

// What glibc keeps depends on which thread frees first: on a busy machine now and then much of it goes by itself.
it.skipIf(!hasGlibc)(
  'keeps little of what pictures took, and gives back what it kept before',
  { retry: 3 },
  async () => {
    const [unset, set] = [await measured(), await measured('set')]
    expect([unset.isSet, set.isSet]).toEqual([true, true])
    expect(set.left, JSON.stringify({ unset, set })).toBeLessThan(unset.left / 2)
    expect(unset.setLate, JSON.stringify({ unset, set })).toBeLessThan(unset.left - 20)
    expect(unset.trimmed, JSON.stringify({ unset, set })).toBeLessThan(unset.left - 20)
  },
)

it('is left as it is before it is set, and where koffi is not there', async () => {
  const script = `
    import { registerHooks } from 'node:module'
    import { isAllocatorSet, setAllocator, trimAllocator } from ${MODULE}
    const before = isAllocatorSet()
    registerHooks({
      resolve(name, context, next) {
        if (name.startsWith('@koromix/')) throw new Error('not installed')
        return next(name, context)
      },
    })
    await setAllocator()
    trimAllocator()
    console.log(JSON.stringify([before, isAllocatorSet()]))`
  expect(await printed(script)).toEqual([false, false])
})
