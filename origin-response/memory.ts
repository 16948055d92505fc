/** Whether this process has room for one more rendition, whatever it has been through before. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** MB that Lambda's own runtime and what was not foreseen may take. */
const RESERVE_MB = 32

const residentMegabytes = (): number => process.memoryUsage.rss() / 1e6

/**
 * What earlier renditions left is mostly the bytes of their sources, which V8 takes its time to give back; where they
 * are in the way, it is asked to. What the allocator keeps in its arenas stays.
 * @param needed MB @param memory MB of the function
 */
export function hasRoomFor(needed: number, memory: number): boolean {
  const isEnough = () => residentMegabytes() + needed + RESERVE_MB <= memory
  if (isEnough()) return true
  collectGarbage()
  return isEnough()
}

/** There is no other way to ask: the function exists only in contexts that are made after the flag is set. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}
