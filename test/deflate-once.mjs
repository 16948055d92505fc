// Loaded first of all by every process of a run of tests, the commands under test among them (`global-setup.ts`). What is
// large is compressed once in a run: zlib's own bytes are kept, and given again for the same content. It is always the
// same, libvips, in each zip that makes renditions: half a second of processor time for each of a hundred builds. The checksum,
// which yazl has of a package in JavaScript, is zlib's own: that takes a fifth of a second more. Plain JavaScript, so that
// no process has to strip types of it. `test/bundle/reproducible.test.ts` builds once without it, and once with it.
import { createHash } from 'node:crypto'
import { mkdirSync, readFile, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import zlib from 'node:zlib'

/** Bytes. */
const LARGE = 1_000_000

const { deflateRaw } = zlib
const folder = process.env.RIMLIGHT_DEFLATED
if (folder !== undefined) {
  zlib.deflateRaw = /** @type {typeof deflateRaw} */ (onceIn(folder))
  const checksum = createRequire(createRequire(import.meta.url).resolve('yazl'))('buffer-crc32')
  checksum.unsigned = zlib.crc32
}

/**
 * As yazl calls it, which makes the zips.
 * @param {string} folder
 * @returns {(content: Buffer, options: zlib.ZlibOptions, done: zlib.CompressCallback) => void}
 */
function onceIn(folder) {
  return (content, options, done) => {
    if (content.length < LARGE) return deflateRaw(content, options, done)
    const kind = JSON.stringify([process.versions.zlib, options])
    const file = join(folder, createHash('sha256').update(kind).update(content).digest('hex'))
    readFile(file, (missing, kept) => {
      if (!missing) return done(null, kept)
      deflateRaw(content, options, (error, made) => {
        if (!error) keep(file, made)
        done(error, made)
      })
    })
    /** @type {(file: string, made: Buffer) => void} */
    function keep(file, made) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(`${file}.${process.pid}`, made)
      renameSync(`${file}.${process.pid}`, file)
    }
  }
}
