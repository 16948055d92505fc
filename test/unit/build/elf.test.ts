import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { whyNotOnLambda } from '../../../build/elf.ts'

type Header = { magic?: string; bits?: number; order?: number; machine?: number }

/** ELF-64 Object File Format, 4: a header of 64 bytes, and then the names that a library needs, each after a NUL. */
function library(
  names: readonly string[],
  { magic = '\x7fELF', bits = 2, order = 1, machine = 62 }: Header = {},
): Buffer {
  const header = Buffer.alloc(64)
  header.write(magic, 'latin1')
  header.set([bits, order, 1], 4)
  if (order === 1) header.writeUInt16LE(machine, 18)
  else header.writeUInt16BE(machine, 18)
  return Buffer.concat([header, Buffer.from(`\0${names.join('\0')}\0`, 'latin1')])
}

const GLIBC = ['libc.so.6', 'GLIBC_2.2.5', 'GLIBC_2.14', 'GLIBC_PRIVATE', 'GLIBCXX_3.4.30']

describe('a library that loads on Lambda', () => {
  it.each([
    ['for an old glibc', GLIBC],
    ['for the very glibc', [...GLIBC, 'GLIBC_2.34']],
    ['for a glibc of one digit', ['GLIBC_2.4']],
    ['whose text has a version that it does not need', [...GLIBC, 'no GLIBC_2.40']],
  ])('%s', (_what, names) => {
    expect(whyNotOnLambda(library(names))).toBe('')
  })
})

describe('one that does not', () => {
  it.each([
    ['empty', Buffer.alloc(0), 'not an ELF file, so not for Linux'],
    ['for macOS', library(GLIBC, { magic: '\xcf\xfa\xed\xfe' }), 'not an ELF file, so not for Linux'],
    ['for Windows', library(GLIBC, { magic: 'MZ\x90\0' }), 'not an ELF file, so not for Linux'],
    ['a page', Buffer.from('<!doctype html>'.repeat(10)), 'not an ELF file, so not for Linux'],
    ['cut off in its header', library(GLIBC).subarray(0, 63), 'not an ELF file, so not for Linux'],
    ['for 32 bits', library(GLIBC, { bits: 1, machine: 3 }), 'not for 64 bits, little-endian'],
    ['big-endian', library(GLIBC, { order: 2 }), 'not for 64 bits, little-endian'],
    ['for arm64', library(GLIBC, { machine: 183 }), 'for the ELF machine 183, not for x86-64 (62)'],
    ['for musl', library(['libc.musl-x86_64.so.1']), 'for musl, not for glibc'],
    ['for both', library([...GLIBC, 'libc.musl-x86_64.so.1']), 'for musl, not for glibc'],
    ['for no glibc', library(['libc.so.6', 'GLIBCXX_3.4.30']), 'not for glibc: it names no version of it'],
    ['for too new a glibc', library([...GLIBC, 'GLIBC_2.35']), 'for glibc 2.35, Lambda has 2.34'],
    ['for several', library(['GLIBC_2.39', 'GLIBC_2.4', 'GLIBC_2.36']), 'for glibc 2.39, Lambda has 2.34'],
    ['for a far newer one', library(['GLIBC_2.100']), 'for glibc 2.100, Lambda has 2.34'],
  ])('%s', (_what, content, why) => {
    expect(whyNotOnLambda(content)).toBe(why)
  })
})

const HERE = 'node_modules/@img'
const isLambdaLike = readdirSync(join(ROOT, HERE)).includes('sharp-linux-x64')

describe("sharp's own", () => {
  it.skipIf(!isLambdaLike)('for Linux x64 with glibc (only there has npm put them beside sharp)', () => {
    const files = ['sharp-linux-x64', 'sharp-libvips-linux-x64'].flatMap((name) =>
      readdirSync(join(ROOT, HERE, name, 'lib')).map((file) => join(HERE, name, 'lib', file)),
    )
    const binaries = files.filter((file) => /\.(?:node|so[.\d]*)$/.test(file))
    expect(binaries).toHaveLength(2)
    for (const file of binaries) expect(whyNotOnLambda(readFileSync(join(ROOT, file))), file).toBe('')
  })
})
