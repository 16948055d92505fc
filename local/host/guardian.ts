/** Ends child processes of this one where it is ended by SIGKILL, which leaves it no time to end them itself. */
import { type ChildProcess, spawn } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Socket } from 'node:net'

/**
 * Reads `+ PID` and `- PID` until this process is gone, then ends those that are left. A shell takes a megabyte, where
 * another Node would take forty. Windows has none: there, what SIGKILL leaves behind stays.
 */
const SCRIPT = `pids=' '
while read -r sign pid; do
  case $sign in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -9 "$pid"; done`

let guardian: ChildProcess | undefined
const guarded = new Set<number>()

/** Guards a process until it ends by itself. */
export function guard(child: ChildProcess): void {
  const { pid } = child
  if (pid === undefined || guarded.has(pid)) return
  guarded.add(pid)
  guardian ??= startGuardian()
  guardian.stdin?.write(`+ ${pid}\n`)
  child.once('exit', () => {
    guarded.delete(pid)
    guardian?.stdin?.write(`- ${pid}\n`)
    if (guarded.size > 0) return
    guardian?.stdin?.end()
    guardian = undefined
  })
}

function startGuardian(): ChildProcess {
  // A group of its own: Ctrl-C in a terminal ends all of this process's group.
  const child = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  // It, and what is written to it, keep nothing alive; without it, everything runs as well.
  child.unref()
  child.on('error', () => {})
  child.stdin.on('error', () => {})
  if (child.stdin instanceof Socket) child.stdin.unref()
  return child
}

/**
 * Guards the processes of a program that somebody else's code starts, until the returned function is called.
 * @param program part of its path
 */
export function guardStarted(program: string): () => void {
  const watch = (message: unknown) => {
    const { process: child } = message as { process: ChildProcess }
    // Told of before it has a number, and the name of its program.
    child.once('spawn', () => child.spawnfile.includes(program) && guard(child))
  }
  subscribe(CHILD_PROCESSES, watch)
  return () => void unsubscribe(CHILD_PROCESSES, watch)
}

/** Node.js, "Diagnostics Channel", built-in channels. */
const CHILD_PROCESSES = 'child_process'
