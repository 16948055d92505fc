import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ALLOCATOR, allocatorModule } from '../../../build/allocator.ts'
import { ALLOCATOR_FILE, loadAllocator } from '../../../origin-response/allocator.ts'
import { temporaryFolder } from '../local/fixture.ts'

const { report } = process
const { glibcVersionRuntime } = (report.getReport() as unknown as { header: { glibcVersionRuntime?: string } }).header
/** That which it is made for; the modules of any other do not load. */
const isLambdas = process.platform === 'linux' && process.arch === 'x64' && glibcVersionRuntime !== undefined

async function written(content: Buffer): Promise<string> {
  const file = join(await temporaryFolder(), ALLOCATOR)
  await writeFile(file, content)
  return file
}

it('has one name where it is made and where it is loaded', () => {
  expect(ALLOCATOR).toBe(ALLOCATOR_FILE)
})

it('is small, and the same every time', () => {
  expect(allocatorModule().length).toBeLessThan(1_024)
  expect(allocatorModule()).toEqual(allocatorModule())
})

it('has no page that can be written and run, and no stack that can be', () => {
  const file = allocatorModule()
  const segments = Array.from({ length: file.readUInt16LE(56) }, (_, i) => ({
    type: file.readUInt32LE(64 + 56 * i),
    flags: file.readUInt32LE(64 + 56 * i + 4),
  }))
  expect(segments.map(({ flags }) => flags & 3)).not.toContain(3)
  expect(segments).toContainEqual({ type: 0x6474e551, flags: 6 })
})

it.skipIf(!isLambdas)('loads as often as it is asked to, and its function returns nothing', async () => {
  const file = await written(allocatorModule())
  const [first, second] = [loadAllocator(file), loadAllocator(file)]
  expect([typeof first, typeof second]).toEqual(['function', 'function'])
  for (let i = 0; i < 100; i += 1) expect(first?.()).toBeUndefined()
  expect(second?.()).toBeUndefined()
})

it('is done without where there is none, or where it is broken or cut', async () => {
  const whole = allocatorModule()
  expect(loadAllocator(join(await temporaryFolder(), ALLOCATOR))).toBeNull()
  expect(loadAllocator(await written(Buffer.from('not a library')))).toBeNull()
  expect(loadAllocator(await written(whole.subarray(0, 40)))).toBeNull()
  const forArm = Buffer.from(whole)
  forArm.writeUInt16LE(183, 18)
  expect(loadAllocator(await written(forArm))).toBeNull()
})
