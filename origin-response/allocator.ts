/**
 * glibc's allocator. It keeps what was freed, in an arena for each thread, and the more the larger a block ever was: after
 * thousands of pictures hundreds of MB, which a later picture may not find a place in.
 */
import { join } from 'node:path'

/** Beside this file's code in the zip, as `build/allocator.ts` writes it. */
export const ALLOCATOR_FILE = 'allocator.node'

/**
 * Makes it keep less from now on.
 * @returns gives back what it keeps all the same; `null` where there is no such file, or it is not for this platform
 */
export function loadAllocator(file: string): (() => void) | null {
  const module: { exports: unknown } = { exports: {} }
  try {
    process.dlopen(module, file)
  } catch {
    return null
  }
  return module.exports as () => void
}

let trim: (() => void) | null | undefined

/** For the whole process, once. */
export function setAllocator(): void {
  if (trim === undefined) trim = loadAllocator(join(import.meta.dirname, ALLOCATOR_FILE))
}

/** @returns whether there was a way to */
export function trimAllocator(): boolean {
  setAllocator()
  trim?.()
  return trim !== null
}
