/** Reads log files of lines into the table `staged`: many in one statement, and each that has a fault by itself. */
import { systemMessage } from '../../base/errors.ts'
import { type Database, sqlText } from '../database.ts'
import { unpackedAsFarAsItGoes } from './archive.ts'
import { insertLines, insertWhole, linesOf, type Selection, UNFIT } from './select.ts'
import { fieldsOfHeader, type LogFile, type TextFormat } from './sniff.ts'

export type TextFile = Extract<LogFile, { kind: 'text' }>

/** Files that are read in one statement, and their bytes at most. */
const BATCH = { files: 200, bytes: 64 * 1024 * 1024 }

/** A file that was left out, or read to where it breaks off. */
export type DamagedFile = { file: string; why: string }

/** Batches of files of one format, all compressed or all not. */
export function* batchesOf(files: readonly TextFile[]): Generator<TextFile[]> {
  const alike = Map.groupBy(files, ({ isCompressed, format }) => JSON.stringify([isCompressed, format]))
  for (const group of alike.values()) {
    let batch: TextFile[] = []
    let bytes = 0
    for (const file of group) {
      if (batch.length === BATCH.files || (batch.length > 0 && bytes + file.size > BATCH.bytes)) {
        yield batch
        batch = []
        bytes = 0
      }
      batch.push(file)
      bytes += file.size
    }
    yield batch
  }
}

/** Reads a batch with DuckDB's own parser. @returns files that have to be read line by line, since that parser can't read them */
export async function loadWhole(
  database: Database,
  batch: readonly TextFile[],
  selection: Selection,
): Promise<readonly TextFile[]> {
  const [{ format, isCompressed }] = batch as [TextFile]
  const paths = batch.map(({ path }) => path)
  const insert = insertWhole(paths, isCompressed, format, selection)
  if (insert === undefined) return batch
  await database.run('BEGIN')
  let unfit: Set<string>
  try {
    await database.run(insert)
    unfit = new Set(await unfitFiles(database))
    await database.run(unfit.size > 0 ? 'ROLLBACK' : 'COMMIT')
  } catch {
    // An archive that breaks off, or a text that DuckDB's parser finds no lines in.
    await database.run('ROLLBACK').catch(() => {})
    return batch
  }
  if (unfit.size === 0) return []
  const others = batch.filter(({ path }) => !unfit.has(path))
  if (others.length === batch.length) return batch
  const again = others.length > 0 ? await loadWhole(database, others, selection) : []
  return [...batch.filter(({ path }) => unfit.has(path)), ...again]
}

async function unfitFiles(database: Database): Promise<string[]> {
  const [{ count } = { count: 0 }] = await database.rows<{ count: number }>(
    `SELECT count(*) AS count FROM duckdb_tables() WHERE table_name = '${UNFIT.lines}'`,
  )
  if (count === 0) return []
  const rows = await database.rows<{ file_path: string }>(
    `SELECT DISTINCT file_path FROM ${UNFIT.files} JOIN ${UNFIT.lines} USING (scan_id, file_id)`,
  )
  return rows.map(({ file_path }) => file_path)
}

/** Reads a batch line by line in one statement, and files of several formats one by one. */
export async function loadLines(
  database: Database,
  batch: readonly TextFile[],
  selection: Selection,
  damaged: DamagedFile[],
): Promise<void> {
  const [{ format, isCompressed }] = batch as [TextFile]
  const insert = async (files: readonly TextFile[]): Promise<string[]> => {
    await database.run('BEGIN')
    try {
      const lines = linesOf(
        files.map(({ path }) => path),
        isCompressed,
      )
      await database.run(insertLines(lines, format, selection))
      const others = await filesOfSeveralFormats(database, format)
      await database.run(others.length > 0 ? 'ROLLBACK' : 'COMMIT')
      // After the commit: rows that are deleted within a transaction make it append the others one by one.
      await database.run(`DELETE FROM staged WHERE problem = 'header'`)
      return others
    } catch (error) {
      await database.run('ROLLBACK').catch(() => {})
      throw error
    }
  }
  try {
    const others = new Set(await insert(batch))
    if (others.size === 0) return
    const rest = batch.filter(({ path }) => !others.has(path))
    if (rest.length > 0) await loadLines(database, rest, selection, damaged)
    for (const file of batch) if (others.has(file.path)) await loadSegments(database, file, selection)
  } catch (error) {
    if (batch.length > 1) {
      for (const file of batch) await loadLines(database, [file], selection, damaged)
      return
    }
    const [file] = batch as [TextFile]
    if (!isCompressed) {
      damaged.push({ file: file.path, why: systemMessage(error) })
      return
    }
    const plain = await unpackedAsFarAsItGoes(file.path, database.folder)
    damaged.push({ file: file.path, why: plain.why })
    await loadLines(database, [{ ...file, path: plain.path, isCompressed: false }], selection, damaged)
  }
}

/** Files with a second `#Fields` line that differs from the first, or with lines of JSON among others. */
async function filesOfSeveralFormats(database: Database, format: TextFormat): Promise<string[]> {
  const rows = await database.rows<{ file: string; line: string | null }>(
    `SELECT DISTINCT file, line FROM staged WHERE problem = 'other-format' OR (problem = 'header' AND starts_with(line, '#Fields'))`,
  )
  const expected = format.kind === 'delimited' ? format.fields?.join(' ') : undefined
  const differs = rows.filter(({ line }) => line === null || fieldsOfHeader(line)?.join(' ') !== expected)
  return [...new Set(differs.map(({ file }) => file))]
}

/** A file of several parts, each with a `#Fields` line of its own, or of several formats. */
async function loadSegments(database: Database, file: TextFile, selection: Selection): Promise<void> {
  await database.run('SET preserve_insertion_order = true')
  await database.run(
    `CREATE TEMP TABLE numbered AS SELECT file, line, row_number() OVER () AS n FROM ${linesOf([file.path], file.isCompressed)}`,
  )
  await database.run('SET preserve_insertion_order = false')
  await database.run(`
    CREATE TEMP TABLE parts AS
    SELECT numbered.file, numbered.line, CASE WHEN starts_with(numbered.line, '{') THEN '{' ELSE heads.line END AS head
    FROM numbered ASOF LEFT JOIN (SELECT line, n FROM numbered WHERE starts_with(line, '#Fields')) AS heads ON numbered.n >= heads.n
    WHERE NOT starts_with(numbered.line, '#')`)
  const heads = await database.rows<{ head: string | null; first: string }>(
    'SELECT head, min(line) AS first FROM parts GROUP BY head',
  )
  const named = file.format.kind === 'delimited' ? undefined : file.format.keys
  for (const { head, first } of heads) {
    const format: TextFormat =
      head === '{'
        ? { kind: 'json', keys: named ?? [] }
        : { kind: 'delimited', delimiter: delimiterBy(first), fields: fieldsOfHeader(head ?? '') }
    const lines = `(SELECT file, line FROM parts WHERE head IS NOT DISTINCT FROM ${head === null ? 'NULL' : sqlText(head)})`
    await database.run(insertLines(lines, format, selection))
  }
  await database.run('DROP TABLE numbered')
  await database.run('DROP TABLE parts')
}

const delimiterBy = (line: string): string => (line.includes('\t') ? '\t' : ' ')
