import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { endIdleThread, keepIdleThread, takeIdleThread } from '../../../origin-response/idle-thread.ts'

const started: Worker[] = []
function thread(): Worker {
  const worker = new Worker("require('node:worker_threads').parentPort.on('message', () => {})", { eval: true })
  started.push(worker)
  return worker
}
afterEach(async () => {
  await endIdleThread()
  for (const worker of started.splice(0)) await worker.terminate()
})

it('is taken once', () => {
  const worker = thread()
  expect(keepIdleThread(worker)).toBe(true)
  expect([takeIdleThread(), takeIdleThread()]).toEqual([worker, undefined])
})

it('is one: whoever comes with another keeps it', () => {
  const [first, second] = [thread(), thread()]
  expect([keepIdleThread(first), keepIdleThread(second)]).toEqual([true, false])
  expect(takeIdleThread()).toBe(first)
})

it('that has ended is none', async () => {
  const worker = thread()
  keepIdleThread(worker)
  await worker.terminate()
  expect(takeIdleThread()).toBeUndefined()
})

it('is ended where its memory is wanted', async () => {
  const worker = thread()
  keepIdleThread(worker)
  expect(await endIdleThread()).toBe(true)
  expect(worker.threadId).toBe(-1)
  expect(await endIdleThread()).toBe(false)
})

it('keeps no process from its end', () => {
  const script = `const { Worker } = await import('node:worker_threads')
const { keepIdleThread } = await import('./origin-response/idle-thread.ts')
const worker = new Worker("require('node:worker_threads').parentPort.on('message', () => {})", { eval: true })
keepIdleThread(worker)
console.log('kept')`
  const options = { cwd: join(ROOT), encoding: 'utf8', timeout: 20_000 } as const
  expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], options)).toBe('kept\n')
})
