/**
 * A native module that sets glibc's allocator: Node has no way to, and Lambda@Edge no environment variables. Written byte by
 * byte, as a compiler for Lambda's platform is more than a build should need; 1 KB, the same every time.
 *
 * ELF-64 Object File Format; System V ABI for x86-64, 3.2 (calls), 5.2 (dynamic linking); Node-API, "napi_create_function";
 * mallopt(3), malloc_trim(3).
 */

/** Its name in the zip, as `origin-response/allocator.ts` has it. */
export const ALLOCATOR = 'allocator.node'

/**
 * Bytes. Larger blocks are the system's own and go back to it when they are freed, and so does what is free at an arena's
 * end. By itself glibc raises this to the largest block that was ever freed, up to 32 MB, and keeps twice as much in each
 * thread's arena.
 */
const MOST_KEPT = 1024 * 1024

/** malloc.h. */
const [M_TRIM_THRESHOLD, M_MMAP_THRESHOLD] = [-1, -3]

/** Two pages: code that can't be written, and data that can't be run. */
const PAGE = 0x1000

const HEADER = 64
const SEGMENT = 56
const SYMBOL = 24
const RELOCATION = 24
const WORD = 8

/** What is called, in the order of the table of addresses; and what Node calls when it loads the file. */
const IMPORTS = ['malloc_trim', 'mallopt', 'napi_create_function'] as const
const EXPORT = 'napi_register_module_v1'
const LIBRARY = 'libc.so.6'

/** ELF-64: `e_machine`, `e_type`, `p_type`, `p_flags`, `st_info`, `d_tag`, and x86-64's `R_X86_64_GLOB_DAT`. */
const [X86_64, SHARED] = [62, 3]
const [LOAD, DYNAMIC, STACK] = [1, 2, 0x6474e551]
const [RUN, WRITE, READ] = [1, 2, 4]
const GLOBAL_FUNCTION = 0x12
const TAG = { NEEDED: 1, HASH: 4, STRTAB: 5, SYMTAB: 6, RELA: 7, RELASZ: 8, RELAENT: 9, STRSZ: 10, SYMENT: 11, NULL: 0 }
const GLOB_DAT = 6

/** Numbers of as many bytes each, little-endian. */
function fields(...all: readonly (readonly [bytes: 1 | 2 | 4 | 8, value: number])[]): Buffer {
  return Buffer.concat(
    all.map(([bytes, value]) => {
      const field = Buffer.alloc(8)
      field.writeBigUInt64LE(BigInt(value))
      return field.subarray(0, bytes)
    }),
  )
}

const words = (...values: number[]): Buffer => fields(...values.map((value) => [8, value] as const))
const halves = (...values: number[]): Buffer => fields(...values.map((value) => [4, value] as const))

/** Machine code, and between it addresses that are relative to the end of their own four bytes. */
type Code = readonly (string | { to: Target })[]
type Import = (typeof IMPORTS)[number]
type Target = Import | 'callback'

const number = (value: number): string => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes.toString('hex')
}

const call = (to: Import): Code => ['ff 15', { to }] // call [rip + …]

/** mallopt(parameter, MOST_KEPT) */
const setting = (parameter: number): Code => ['bf', number(parameter), 'be', number(MOST_KEPT), ...call('mallopt')] // mov edi; mov esi

/** What JavaScript calls: malloc_trim(0). */
const CALLBACK: Code = [
  ...['48 83 ec 08', '31 ff'], // sub rsp, 8; xor edi, edi
  ...call('malloc_trim'),
  ...['31 c0', '48 83 c4 08', 'c3'], // xor eax, eax; add rsp, 8; ret: `undefined`
]

/** What Node calls: settings, and then napi_create_function(env, NULL, 0, callback, NULL, &result). */
const REGISTER: Code = [
  ...['53', '48 83 ec 10', '48 89 fb'], // push rbx; sub rsp, 16; mov rbx, rdi
  ...setting(M_MMAP_THRESHOLD),
  ...setting(M_TRIM_THRESHOLD),
  ...['48 89 df', '31 f6', '31 d2'], // mov rdi, rbx; xor esi, esi; xor edx, edx
  ...['48 8d 0d', { to: 'callback' } as const], // lea rcx, [rip + …]
  ...['45 31 c0', '4c 8d 4c 24 08'], // xor r8d, r8d; lea r9, [rsp + 8]
  ...call('napi_create_function'),
  ...['48 8b 44 24 08', '48 83 c4 10', '5b', 'c3'], // mov rax, [rsp + 8]; add rsp, 16; pop rbx; ret
]

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

const sizeOf = (code: Code): number =>
  code.reduce((size, part) => size + (typeof part === 'string' ? hex(part).length : 4), 0)

/** @param at where it will be */
function assembled(code: Code, at: number, addressOf: (target: Target) => number): Buffer {
  let end = at
  return Buffer.concat(
    code.map((part) => {
      end += typeof part === 'string' ? hex(part).length : 4
      return typeof part === 'string' ? hex(part) : hex(number(addressOf(part.to) - end))
    }),
  )
}

/** Loading it makes the settings; its `module.exports` is a function that calls `malloc_trim(0)`, and returns nothing. */
export function allocatorModule(): Buffer {
  const names = ['', ...IMPORTS, EXPORT, LIBRARY]
  const strings = Buffer.from(`${names.join('\0')}\0`)
  const nameAt = (name: string) => (name === '' ? 0 : strings.indexOf(`\0${name}\0`) + 1)

  const symbolsAt = HEADER + 4 * SEGMENT
  const hashAt = symbolsAt + SYMBOL * (IMPORTS.length + 2)
  const hash = halves(1, IMPORTS.length + 2, IMPORTS.length + 1, ...Array(IMPORTS.length + 2).fill(0))
  const relocationsAt = hashAt + hash.length + (-hash.length & 7)
  const stringsAt = relocationsAt + RELOCATION * IMPORTS.length
  const callbackAt = stringsAt + strings.length + (-strings.length & 15)

  const registerAt = callbackAt + sizeOf(CALLBACK)
  const codeEnd = registerAt + sizeOf(REGISTER)
  // The second segment is mapped a page further than where it is in the file.
  const dataAt = codeEnd + (-codeEnd & 7)
  const slotAt = (index: number) => dataAt + PAGE + WORD * index
  const addressOf = (target: Target) => (target === 'callback' ? callbackAt : slotAt(IMPORTS.indexOf(target)))

  const symbols = Buffer.concat([
    Buffer.alloc(SYMBOL),
    ...IMPORTS.map((name) => fields([4, nameAt(name)], [1, GLOBAL_FUNCTION], [1, 0], [2, 0], [8, 0], [8, 0])),
    // In the first section, though no table lists it: not undefined is all that counts.
    fields([4, nameAt(EXPORT)], [1, GLOBAL_FUNCTION], [1, 0], [2, 1], [8, registerAt], [8, 0]),
  ])
  const relocations = IMPORTS.map((_, i) => words(slotAt(i), (i + 1) * 2 ** 32 + GLOB_DAT, 0))
  const dynamic = words(
    ...[TAG.NEEDED, nameAt(LIBRARY), TAG.HASH, hashAt, TAG.STRTAB, stringsAt, TAG.SYMTAB, symbolsAt],
    ...[TAG.STRSZ, strings.length, TAG.SYMENT, SYMBOL],
    ...[TAG.RELA, relocationsAt, TAG.RELASZ, RELOCATION * IMPORTS.length, TAG.RELAENT, RELOCATION, TAG.NULL, 0],
  )
  const dynamicAt = dataAt + WORD * IMPORTS.length
  const end = dynamicAt + dynamic.length

  const segment = (type: number, flags: number, from: number, to: number, address = from, align = WORD) =>
    Buffer.concat([halves(type, flags), words(from, address, address, to - from, to - from, align)])
  const file = Buffer.alloc(end)
  const put = (at: number, ...parts: Buffer[]) => Buffer.concat(parts).copy(file, at)
  put(
    0,
    hex('7f 45 4c 46 02 01 01 00 00 00 00 00 00 00 00 00'),
    fields([2, SHARED], [2, X86_64], [4, 1], [8, 0], [8, HEADER], [8, 0], [4, 0]),
    fields([2, HEADER], [2, SEGMENT], [2, 4], [2, 0], [2, 0], [2, 0]),
    segment(LOAD, READ | RUN, 0, dataAt, 0, PAGE),
    segment(LOAD, READ | WRITE, dataAt, end, dataAt + PAGE, PAGE),
    segment(DYNAMIC, READ | WRITE, dynamicAt, end, dynamicAt + PAGE),
    // Without it, older loaders make the stack one that code can run on.
    segment(STACK, READ | WRITE, 0, 0),
  )
  put(symbolsAt, symbols)
  put(hashAt, hash)
  put(relocationsAt, ...relocations)
  put(stringsAt, strings)
  put(callbackAt, assembled(CALLBACK, callbackAt, addressOf), assembled(REGISTER, registerAt, addressOf))
  put(dynamicAt, dynamic)
  return file
}
