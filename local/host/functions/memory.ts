import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const LINUX = process.platform === 'linux'

/** Milliseconds between samples: reading /proc costs microseconds, starting `ps` some milliseconds. */
const SAMPLE_MS = LINUX ? 20 : 250

/** MB that a process has had resident at most (Linux) or has now (elsewhere); `undefined` once it has ended. */
export function residentMegabytes(pid: number): number | undefined {
  try {
    const text = LINUX
      ? // The high-water mark also tells of a peak between two samples.
        readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmHWM:\s*(\d+) kB$/m)?.[1]
      : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return text ? Math.round(Number(text) / 1024) : undefined
  } catch {
    return undefined
  }
}

/** Calls `onExceeded` once when a process is past `limit` MB. The returned function stops watching. */
export function watchMemory(pid: number, limit: number, onExceeded: (megabytes: number) => void): () => void {
  const timer = setInterval(() => {
    const megabytes = residentMegabytes(pid)
    if (megabytes === undefined || megabytes <= limit) return
    clearInterval(timer)
    onExceeded(megabytes)
  }, SAMPLE_MS)
  return () => clearInterval(timer)
}
