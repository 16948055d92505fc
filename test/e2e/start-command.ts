/** `rimlight start` as a process, seen from outside. */
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import https from 'node:https'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buffer } from 'node:stream/consumers'
import { ROOT } from '../../base/root.ts'
import type { StartEvent } from '../../local/start/events.ts'

const RIMLIGHT = join(ROOT, 'cli/rimlight.mjs')

export type Said<Name extends StartEvent['event']> = Extract<StartEvent, { event: Name }>

export type StartCommand = ReturnType<typeof startCommand>

/**
 * @param temporary the folder that it takes for the system's temporary one
 * @param verb its name, or the other one
 * @param rimlight the command, and the folder where it is given
 */
export function startCommand(
  args: string[],
  temporary: string,
  verb: 'start' | 'dev' = 'start',
  { file, cwd }: { file: string; cwd?: string } = { file: RIMLIGHT },
) {
  const child = spawn(process.execPath, [file, verb, '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, TMPDIR: temporary },
    // A group of its own, as a terminal's job has.
    detached: true,
  })
  const events: StartEvent[] = []
  const heard = new EventEmitter()
  createInterface({ input: child.stdout }).on('line', (line) => {
    events.push(JSON.parse(line))
    heard.emit('event')
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const ended = once(child, 'close').then(([code]) => {
    heard.emit('event')
    return { code: code as number | null, stderr }
  })
  let isOver = false
  void ended.then(() => {
    isOver = true
  })

  /** Ctrl-C: a terminal sends it to every process of the group. */
  const interrupt = () => void process.kill(-(child.pid ?? 0), 'SIGINT')

  return {
    child,
    events,
    ended,
    /** The `count`th event of a name. Rejects when the process ends before. */
    async said<Name extends StartEvent['event']>(name: Name, count = 1): Promise<Said<Name>> {
      for (;;) {
        const found = events.filter((event): event is Said<Name> => event.event === name)[count - 1]
        if (found) return found
        if (isOver) throw new Error(`it ended before it said ${name}: ${stderr}`)
        await Promise.race([once(heard, 'event'), ended])
      }
    },
    interrupt,
    async stop(): Promise<{ code: number | null; stderr: string }> {
      interrupt()
      return ended
    },
  }
}

/** The numbers of a process's children, of their children, and so on. Linux has them in /proc. */
export function descendantsOf(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = parentOf(Number(name))
    if (parent !== undefined) parents.set(Number(name), parent)
  }
  const found = [pid]
  for (const one of found) for (const [child, parent] of parents) if (parent === one) found.push(child)
  return found.slice(1)
}

/** Proc(5): after the name, which is in brackets, come the state and the parent. */
function statOf(pid: number): { state: string | undefined; parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state, parent: Number(parent) }
  } catch {
    return undefined
  }
}

const parentOf = (pid: number): number | undefined => statOf(pid)?.parent

/** A process that has ended stays as a zombie (`Z`) until its parent has been told. */
export function isRunning(pid: number): boolean {
  const stat = statOf(pid)
  return stat !== undefined && stat.state !== 'Z'
}

/** The TCP ports of this machine that a process listens at: proc(5), `/proc/pid/net/tcp`, state 0A. */
export function listeningPorts(pid: number): number[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).map((name) => /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${name}`))?.[1]),
  )
  const lines = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').trim().split('\n').slice(1)
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode))
    .map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16))
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

export type Answer = { status: number; headers: Record<string, string>; body: Buffer }

/** Over HTTP/1.1, as a viewer that does not look at the certificate. */
export async function get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const request = https.get(url, { headers, rejectUnauthorized: false, agent: false })
  const [response] = await once(request, 'response')
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) }
}

export async function invalidate(...args: string[]): Promise<{ code: number; stdout: string }> {
  const child = spawn(process.execPath, [RIMLIGHT, 'invalidate', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [stdout, [code]] = await Promise.all([buffer(child.stdout), once(child, 'close')])
  return { code, stdout: stdout.toString() }
}
