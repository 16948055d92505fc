import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { temporaryFolder as newFolder } from '../local/fixture.ts'

/** Makes a folder and a file, says so, and does what `then` says. */
const script = (file: string, then: string) => `
  import { writeFileSync } from 'node:fs'
  import { join } from 'node:path'
  import { removeAtEnd, temporaryFolder } from ${JSON.stringify(join(ROOT, 'base/temporary.ts'))}
  import { interrupt } from ${JSON.stringify(join(ROOT, 'cli/kit/interrupt.ts'))}
  const { folder, remove } = await temporaryFolder('rimlight-')
  const file = ${JSON.stringify(file)}
  const settled = removeAtEnd(file)
  writeFileSync(file, '')
  writeFileSync(join(folder, 'inside'), '')
  const waiting = setInterval(() => {}, 1_000)
  ${then}
  console.log('ready')
`

/** @returns how it ended, and what is left of the folder and of the file */
async function left(then: string, signal?: NodeJS.Signals) {
  const [temporary, beside] = [await newFolder(), await newFolder()]
  await writeFile(join(beside, 'kept'), '')
  const child = spawn(process.execPath, ['--input-type=module', '-e', script(join(beside, 'file'), then)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: temporary },
  })
  const closed = once(child, 'close')
  if (signal) {
    await once(createInterface({ input: child.stdout }), 'line')
    expect(await readdir(temporary)).toHaveLength(1)
    child.kill(signal)
  }
  const [code, killedBy] = await closed
  return { ended: code ?? killedBy, left: [...(await readdir(temporary)), ...(await readdir(beside))] }
}

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends it, and nothing is left', async (signal) => {
  expect(await left('', signal)).toEqual({ ended: signal, left: ['kept'] })
})

it('nor after an exit, or an error that nobody catches', async () => {
  expect(await left('process.exit(3)')).toEqual({ ended: 3, left: ['kept'] })
  const fails =
    "process.on('uncaughtException', () => process.exit(4)); setImmediate(() => { throw new Error('ours') })"
  expect(await left(fails)).toEqual({ ended: 4, left: ['kept'] })
})

it('what is where it belongs stays', async () => {
  const then = 'settled(); await remove(); clearInterval(waiting)'
  expect(await left(then)).toEqual({ ended: 0, left: ['file', 'kept'] })
})

it('a command that heeds signals has the say', async () => {
  const then = `const ends = interrupt(); ends.signal.addEventListener('abort', () => { ends.close(); process.exit(5) })`
  expect(await left(then, 'SIGINT')).toEqual({ ended: 5, left: ['kept'] })
})
