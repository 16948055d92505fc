/** Whether this process has room for one more rendition, whatever it has been through before. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isAllocatorSet, trimAllocator } from './allocator.ts'
import { REST_MB } from './cost.ts'

/** MB that Lambda's own runtime and what was not foreseen may take. */
const RESERVE_MB = 32

/**
 * Where the allocator could not be set, what earlier renditions left in glibc's arenas serves later ones: of what is resident
 * beyond a fresh process so much, and of what a rendition needs at most so much. Measured after a hundred mixed pictures
 * (docs/images.md): decoders of 24 megapixels that were predicted to need 96 to 252 MB took 0 to 82 MB more. AVIF takes its
 * frames anew each time.
 */
const SHARE_LEFT = 0.5
const SHARE_NEEDED = 0.6

const residentMegabytes = (): number => process.memoryUsage.rss() / 1e6

/** MB beyond a fresh process that are not worth giving back for a picture whose size is not known yet. */
const WORTH_MB = 32

/**
 * MB that the heap of a HEIC's decoder may grow to, whatever the picture says of itself. The pixels are there once more when
 * it has decoded them. What earlier renditions left is given back before, as none of it serves this heap.
 * @param memory MB of the function @returns `isLess`: than in a fresh process
 */
export function heicMemory(memory: number): { most: number; isLess: boolean } {
  if (residentMegabytes() > REST_MB + WORTH_MB) giveBack()
  const most = (taken: number) => Math.max(0, memory - taken - RESERVE_MB) * SHARE_OF_HEAP
  const taken = Math.max(REST_MB, residentMegabytes())
  return { most: most(taken), isLess: taken > REST_MB }
}

const SHARE_OF_HEAP = 2 / 3

/**
 * Where what earlier renditions left is in the way, it is given back.
 * @param needed MB @param memory MB of the function @param isReusing whether such memory serves this rendition
 */
export function hasRoomFor(needed: number, memory: number, isReusing = false): boolean {
  const serves = isReusing && !isAllocatorSet()
  const isEnough = () => {
    const resident = residentMegabytes()
    const left = Math.max(0, resident - REST_MB) * SHARE_LEFT
    const added = serves ? needed - Math.min(left, needed * SHARE_NEEDED) : needed
    return resident + added + RESERVE_MB <= memory
  }
  if (isEnough()) return true
  giveBack()
  return isEnough()
}

/** The bytes of sources, which V8 takes its time to collect, and what the allocator keeps. */
function giveBack(): void {
  collectGarbage()
  trimAllocator()
}

/** There is no other way to ask: the function exists only in contexts that are made after the flag is set. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}
