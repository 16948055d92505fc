/**
 * glibc's allocator. It keeps what was freed, in an arena for each thread, and the more the larger a block ever was: after
 * thousands of pictures hundreds of MB, which a later picture may not find a place in. Lambda@Edge has no environment
 * variables to tell it otherwise, and Node no function: koffi calls libc's.
 */

/** malloc.h: parameters of `mallopt`. */
const [M_TRIM_THRESHOLD, M_MMAP_THRESHOLD] = [-1, -3]

/**
 * Bytes. Larger blocks are the system's own and go back to it when they are freed, and so does what is free at an arena's
 * end. By itself glibc raises this to the largest block that was ever freed, up to 32 MB, and keeps twice as much in each
 * thread's arena.
 */
const MOST_KEPT = 1024 * 1024

let loading: Promise<(() => void) | null> | undefined
let trim: (() => void) | null = null

/**
 * From now on the whole process keeps less of what was freed, and what it has kept is given back. The first call takes some
 * 6 % of what loading sharp takes. Does nothing where the allocator is another one, or koffi is not installed.
 */
export async function setAllocator(): Promise<void> {
  loading ??= loadTrim()
  trim = await loading
}

/** Whether it keeps little: what is resident is in use, then. */
export const isAllocatorSet = (): boolean => trim !== null

/** Gives back what is kept all the same, where there is a way to. */
export function trimAllocator(): void {
  trim?.()
}

async function loadTrim(): Promise<(() => void) | null> {
  try {
    const { default: koffi } = await import('@koromix/koffi-linux-x64')
    const libc = koffi.load('libc.so.6')
    // mallopt(3), malloc_trim(3)
    const mallopt = libc.func('int mallopt(int, int)')
    const mallocTrim = libc.func('int malloc_trim(size_t)')
    mallopt(M_MMAP_THRESHOLD, MOST_KEPT)
    mallopt(M_TRIM_THRESHOLD, MOST_KEPT)
    mallocTrim(0)
    return () => mallocTrim(0)
  } catch {
    return null
  }
}
