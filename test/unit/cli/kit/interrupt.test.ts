import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'

const INTERRUPT = fileURLToPath(new URL('../../../../cli/kit/interrupt.ts', import.meta.url))

/** Says `ready`, then `aborted`, and stays until it is told to go on. */
const SCRIPT = `
  import { aborted, interrupt } from ${JSON.stringify(INTERRUPT)}
  const ends = interrupt()
  process.on('SIGINT', () => process.exit(7))
  const isWaiting = setInterval(() => {}, 1000)
  console.log('ready')
  await aborted(ends.signal)
  console.log('aborted')
  process.stdin.once('data', () => {
    ends.close()
    clearInterval(isWaiting)
    process.stdin.destroy()
  })`

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function start() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  children.push(child)
  return { child, line: async () => (await lines.next()).value, ended: once(child, 'close') }
}

describe.runIf(process.platform !== 'win32')('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s: once is a wish, and nobody else hears it', async (name) => {
    const { child, line, ended } = start()
    expect(await line()).toBe('ready')
    child.kill(name)
    expect(await line()).toBe('aborted')
    child.stdin.write('go on')
    expect(await ended).toEqual([0, null])
  })

  it('twice is an order', async () => {
    const { child, line, ended } = start()
    await line()
    child.kill('SIGINT')
    expect(await line()).toBe('aborted')
    child.kill('SIGINT')
    expect(await ended).toEqual([130, null])
  })

  it('that ended a child first is told before the failure which that is', async () => {
    const kit = (file: string) => JSON.stringify(new URL(`../../../../cli/kit/${file}`, import.meta.url).href)
    const script = `
      import { defineCommand } from ${kit('command.ts')}
      import { interrupt } from ${kit('interrupt.ts')}
      const ends = interrupt()
      ends.signal.addEventListener('abort', () => process.exit(3))
      const fail = async () => {
        process.kill(process.pid, 'SIGINT')
        throw new Error('a child has ended')
      }
      const main = defineCommand({ name: 'x', usage: '', about: '', options: {}, examples: [], run: fail })
      await main([], process.stdout, process.stderr)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    expect(await once(child, 'close')).toEqual([3, null])
  })
})
