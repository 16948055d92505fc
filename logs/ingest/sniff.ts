/** What a log file is, by its first bytes: names rotate. */
import { open, stat } from 'node:fs/promises'
import { constants, createGunzip } from 'node:zlib'
import { systemMessage } from '../../base/errors.ts'
import { faultOfArchive, hasLikelyLength } from './archive.ts'
import { fieldName } from './columns.ts'

export type LogFile = {
  path: string
  /** Bytes on the disk. */
  size: number
} & (
  | { kind: 'empty' }
  | { kind: 'unreadable'; why: string }
  | { kind: 'parquet' }
  | {
      kind: 'text'
      isCompressed: boolean
      format: TextFormat
      /** Of an archive: see `archive.ts`. */
      hasLikelyLength?: boolean
    }
)

/** How the lines of a file are split into fields. */
export type TextFormat =
  /** `fields`: their names as in `columns.ts`; none: the file has no `#Fields` line, and nobody named them. */
  | {
      kind: 'delimited'
      delimiter: string
      fields: readonly string[] | undefined
      /** Lines before the first of a request, where these are the usual ones: comments, with one list of fields at most. */
      heads?: number | undefined
    }
  /** `keys`: as they are in the file. */
  | { kind: 'json'; keys: readonly string[] }

/** Bytes. */
const HEAD = 16_384

/** @param named the fields of files that don't say so themselves */
export async function sniff(path: string, named: readonly string[] | undefined): Promise<LogFile> {
  let head: Buffer
  let size = 0
  let end: Buffer
  try {
    const found = await stat(path)
    // A folder is here where it could not be listed. A pipe would be waited for, and could be read once.
    const why = found.isDirectory() ? 'it is a folder' : 'it is no file'
    if (!found.isFile()) return { path, size, kind: 'unreadable', why }
    const handle = await open(path)
    try {
      size = (await handle.stat()).size
      head = Buffer.alloc(Math.min(HEAD, size))
      await handle.read(head, 0, head.length, 0)
      end = Buffer.alloc(Math.min(4, size))
      await handle.read(end, 0, end.length, size - end.length)
    } finally {
      await handle.close()
    }
  } catch (error) {
    return { path, size, kind: 'unreadable', why: systemMessage(error) }
  }
  if (size === 0) return { path, size, kind: 'empty' }
  if (head.toString('latin1', 0, 4) === 'PAR1') {
    const isWhole = size > 8 && end.toString('latin1') === 'PAR1'
    return isWhole ? { path, size, kind: 'parquet' } : { path, size, kind: 'unreadable', why: 'a Parquet file cut off' }
  }
  const isCompressed = head[0] === 0x1f && head[1] === 0x8b
  if (!isCompressed) return { path, size, kind: 'text', isCompressed, format: textFormatOf(head.toString(), named) }
  const unpacked = await unpackedHead(head)
  if ('why' in unpacked) return { path, size, kind: 'unreadable', why: unpacked.why }
  if (unpacked.text === '') {
    const why = await faultOfArchive(path)
    return why === undefined ? { path, size, kind: 'empty' } : { path, size, kind: 'unreadable', why }
  }
  const format = textFormatOf(unpacked.text, named)
  return { path, size, kind: 'text', isCompressed, format, hasLikelyLength: hasLikelyLength(end, size) }
}

/** What comes before an archive breaks off counts. */
async function unpackedHead(head: Buffer): Promise<{ text: string } | { why: string }> {
  const unpacking = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })
  let text = ''
  try {
    unpacking.end(head)
    for await (const chunk of unpacking) text += chunk.toString()
  } catch (error) {
    if (text === '') return { why: systemMessage(error) }
  }
  return { text }
}

/** @param head the beginning of a file, cut anywhere */
function textFormatOf(head: string, named: readonly string[] | undefined): TextFormat {
  const lines = head.split(/\r?\n/)
  const data = lines.filter((line) => line !== '' && !line.startsWith('#'))
  const [first = ''] = data
  const list = fieldsOfHeader(lines.find((line) => line.startsWith('#Fields')) ?? '')
  if (first.startsWith('{')) return { kind: 'json', keys: [...new Set(data.flatMap(keysOf))] }
  const fields = list ?? named
  return { kind: 'delimited', delimiter: delimiterOf(first, fields?.length), fields, heads: headsOf(lines) }
}

function headsOf(lines: readonly string[]): number | undefined {
  const count = lines.findIndex((line) => line !== '' && !line.startsWith('#'))
  const heads = lines.slice(0, Math.max(0, count))
  const areUsual = heads.every((line) => line !== '') && heads.filter((line) => line.startsWith('#Fields')).length < 2
  return count >= 0 && areUsual ? count : undefined
}

/** `#Fields: date time cs(Host)`; `undefined` for any other line. */
export const fieldsOfHeader = (line: string): string[] | undefined => {
  const [, names] = /^#Fields:?\s*(\S.*)$/.exec(line.trimEnd()) ?? []
  return names?.split(/[\s,]+/).map(fieldName)
}

function keysOf(line: string): string[] {
  try {
    return Object.keys(JSON.parse(line))
  } catch {
    // Cut off; the other lines have its keys, and those that are known are looked for anyway.
    return []
  }
}

/** Standard logs have tabs; for v2 the delimiter is a setting of the delivery. */
const delimiterOf = (line: string, count = 2): string =>
  ['\t', ' ', ',', ';', '|'].find((delimiter) => line.split(delimiter).length >= count) ?? '\t'
