/** In processes of their own: what is set is set for a whole process. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'

const MODULE = JSON.stringify(new URL('../../../origin-response/render.ts', import.meta.url).href)

/** @param step with the renderer at hand @returns what is left of sharp as a process has it */
async function afterwards(step: string) {
  const script = `
    import sharp from 'sharp'
    const usual = [sharp.concurrency(), sharp.cache().memory.max]
    const renderer = await import(${MODULE})
    ${step}
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    const readsSvg = await sharp(svg).metadata().then(() => true, () => false)
    const isUsual = String([sharp.concurrency(), sharp.cache().memory.max]) === String(usual)
    console.log(JSON.stringify({ readsSvg, isUsual }))`
  const args = ['--input-type=module', '-e', script]
  return JSON.parse((await promisify(execFile)(process.execPath, args, { cwd: ROOT })).stdout)
}

it('a process that makes renditions beside its own pictures, as `rimlight publish` does, keeps its sharp', async () => {
  const picture =
    "const jpeg = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } }).jpeg().toBuffer()"
  expect(
    await afterwards(`${picture}; await renderer.inspect(jpeg); await renderer.asSource(jpeg, 'png', 80)`),
  ).toEqual({
    readsSvg: true,
    isUsual: true,
  })
})

it('the function reads no SVG, and keeps no cache', async () => {
  expect(await afterwards('renderer.confine()')).toEqual({ readsSvg: false, isUsual: false })
})
