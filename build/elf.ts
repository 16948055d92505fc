/** Reads from a native library itself what it runs on: one for this machine would load here, and not on Lambda. */

/** ELF-64 Object File Format, 4: `e_ident` and `e_machine` of a shared object for x86-64, little-endian. */
const MAGIC = '\x7fELF'
const HEADER_BYTES = 64
const CLASS_64 = 2
const LITTLE_ENDIAN = 1
const X86_64 = 62

/** glibc 2.34: Amazon Linux 2023, which Lambda's Node.js 22 and 24 run on. */
const LAMBDA_GLIBC_MINOR = 34

/** @returns why a library does not load on Lambda (x86-64, glibc 2.34); empty where it does */
export function whyNotOnLambda(content: Buffer): string {
  if (content.length < HEADER_BYTES || content.toString('latin1', 0, 4) !== MAGIC)
    return 'not an ELF file, so not for Linux'
  if (content[4] !== CLASS_64 || content[5] !== LITTLE_ENDIAN) return 'not for 64 bits, little-endian'
  const machine = content.readUInt16LE(18)
  if (machine !== X86_64) return `for the ELF machine ${machine}, not for x86-64 (${X86_64})`
  const text = content.toString('latin1')
  if (text.includes('libc.musl-')) return 'for musl, not for glibc'
  const minors = [...text.matchAll(/\0GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor))
  if (minors.length === 0) return 'not for glibc: it names no version of it'
  const newest = Math.max(...minors)
  return newest > LAMBDA_GLIBC_MINOR ? `for glibc 2.${newest}, Lambda has 2.${LAMBDA_GLIBC_MINOR}` : ''
}
