/** In processes of their own, whose memory nobody else changes. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { allocatorModule } from '../../../build/allocator.ts'
import { temporaryFolder } from '../local/fixture.ts'

const isLinux64 = process.platform === 'linux' && process.arch === 'x64'

/**
 * Decodes and encodes mixed pictures, the allocator set before or not, and prints how many MB more are resident then, and
 * how many when it was told to give back what it can.
 */
const SCRIPT = `
import sharp from 'sharp'
const [module, file, isSet] = process.argv.slice(1)
const { loadAllocator } = await import(module)
const before = isSet && loadAllocator(file)
sharp.cache(false)
sharp.concurrency(1)
const resident = () => (gc(), Math.round(process.memoryUsage.rss() / 1e6))
const noise = { type: 'gaussian', mean: 128, sigma: 30 }
const plain = sharp({ create: { width: 2000, height: 1500, channels: 3, background: '#468', noise } })
const sources = [await plain.clone().jpeg().toBuffer(), await plain.clone().avif({ effort: 0 }).toBuffer()]
const rest = resident()
for (let i = 0; i < 12; i += 1) {
  const image = sharp(sources[i % 2]).resize(200 + 50 * i)
  await (i % 4 === 1 ? image.avif({ effort: 0 }) : image.webp({ effort: 1 })).toBuffer()
}
const left = resident() - rest
const trim = before || loadAllocator(file)
trim()
console.log(JSON.stringify({ left, trimmed: resident() - rest }))
`

async function measured(...isSet: string[]): Promise<{ left: number; trimmed: number }> {
  const file = join(await temporaryFolder(), 'allocator.node')
  await writeFile(file, allocatorModule())
  const module = new URL('../../../origin-response/allocator.ts', import.meta.url).href
  const args = ['--expose-gc', '--input-type=module', '-e', SCRIPT, module, file, ...isSet]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT })
  return JSON.parse(stdout)
}

it.skipIf(!isLinux64)('keeps little of what pictures took, and gives back what it kept before', async () => {
  const [unset, set] = [await measured(), await measured('set')]
  expect(set.left, JSON.stringify({ unset, set })).toBeLessThan(unset.left / 2)
  expect(unset.trimmed, JSON.stringify({ unset, set })).toBeLessThan(unset.left - 20)
})
