/** Whether this process has room for one more rendition, whatever it has been through before. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { REST_MB } from './cost.ts'

/** MB that Lambda's own runtime and what was not foreseen may take. */
const RESERVE_MB = 32

/**
 * What earlier renditions left in glibc's arenas serves later ones: of what is resident beyond a fresh process so much,
 * and of what a rendition needs at most so much. Measured after a hundred mixed pictures (docs/images.md): decoders of 24
 * megapixels that were predicted to need 96 to 252 MB took 0 to 82 MB more. AVIF takes its frames anew each time.
 */
const SHARE_LEFT = 0.5
const SHARE_NEEDED = 0.6

const residentMegabytes = (): number => process.memoryUsage.rss() / 1e6

/**
 * MB that the heap of a HEIC's decoder may grow to, whatever the picture says of itself. The pixels are there once more when
 * it has decoded them.
 * @param memory MB of the function
 */
export const heicMemory = (memory: number): number =>
  Math.max(0, memory - Math.max(REST_MB, residentMegabytes()) - RESERVE_MB) * SHARE_OF_HEAP

const SHARE_OF_HEAP = 2 / 3

/**
 * What earlier renditions left is partly the bytes of their sources, which V8 takes its time to give back; where they
 * are in the way, it is asked to. What the allocator keeps in its arenas stays there, and is used again.
 * @param needed MB @param memory MB of the function @param isReusing whether such memory serves this rendition
 */
export function hasRoomFor(needed: number, memory: number, isReusing = false): boolean {
  const isEnough = () => {
    const resident = residentMegabytes()
    const left = Math.max(0, resident - REST_MB) * SHARE_LEFT
    const added = isReusing ? needed - Math.min(left, needed * SHARE_NEEDED) : needed
    return resident + added + RESERVE_MB <= memory
  }
  if (isEnough()) return true
  collectGarbage()
  return isEnough()
}

/** There is no other way to ask: the function exists only in contexts that are made after the flag is set. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}
