/** Log files into the table `requests`, whatever they are; what can't be counted is counted by reason. */
import { resolve } from 'node:path'
import { systemMessage } from '../../base/errors.ts'
import { type Database, sqlText } from '../database.ts'
import { faultOfArchive, unpackedAsFarAsItGoes } from './archive.ts'
import { routeSql, routeUnusual } from './routes.ts'
import {
  insertLines,
  insertParquet,
  insertWhole,
  linesOf,
  parquetAt,
  type Selection,
  type SkipReason,
  STAGED,
  UNFIT,
} from './select.ts'
import { fieldsOfHeader, type LogFile, sniff, type TextFormat } from './sniff.ts'

export type LoadOptions = {
  /** Of files that do not say so themselves. */
  fields?: readonly string[] | undefined
  /** Path patterns of the config's routes, in order; none: no route is known. */
  routes?: readonly string[]
  /** One of them: what goes another way is left out. */
  route?: string | undefined
  /** From then on, and until then, not included; UTC. */
  since?: Date | undefined
  until?: Date | undefined
  /** @param done bytes on the disk */
  onProgress?: (done: number, total: number) => void
  signal?: AbortSignal
}

export type Loaded = {
  files: number
  empty: number
  /** Lines, by reason; reasons without lines are left out. */
  skipped: Partial<Record<SkipReason, number>>
  /** Files that were left out, or read to where they break off. */
  damaged: { file: string; why: string }[]
}

type TextFile = Extract<LogFile, { kind: 'text' }>

/** Files that are read in one statement, and their bytes at most. */
const BATCH = { files: 200, bytes: 64 * 1024 * 1024 }

export async function load(database: Database, paths: readonly string[], options: LoadOptions): Promise<Loaded> {
  const routes = options.routes ?? []
  const selection = { routeSql: routeSql(routes), filter: timesSql(options) }
  const files: LogFile[] = []
  for (const path of paths) files.push(await sniff(asReported(path), options.fields))
  const total = files.reduce((sum, { size }) => sum + size, 0)
  const damaged = files.flatMap((file) => (file.kind === 'unreadable' ? [{ file: file.path, why: file.why }] : []))
  let done = 0
  const finished = (some: readonly LogFile[]) => {
    done += some.reduce((sum, { size }) => sum + size, 0)
    options.onProgress?.(done, total)
  }
  options.onProgress?.(0, total)

  await database.run(STAGED)
  for (const batch of batchesOf(files.filter((file) => file.kind === 'text'))) {
    options.signal?.throwIfAborted()
    const rest = await loadWhole(database, batch, selection)
    options.signal?.throwIfAborted()
    if (rest.length > 0) await loadBatch(database, rest, selection, damaged)
    finished(batch)
  }
  await nameCutArchives(database, files, damaged, options.signal)
  for (const file of files.filter(({ kind }) => kind === 'parquet')) {
    options.signal?.throwIfAborted()
    await loadParquet(database, file.path, selection).catch((error) => {
      options.signal?.throwIfAborted()
      damaged.push({ file: file.path, why: systemMessage(error) })
    })
    finished([file])
  }
  await routeUnusual(database, routes)
  if (options.route !== undefined) {
    await database.run(`DELETE FROM staged WHERE problem IS NULL AND route IS DISTINCT FROM ${sqlText(options.route)}`)
  }
  const skipped = { ...(await rejected(database)), ...(await problems(database)) }
  const duplicate = await dropDuplicates(database)
  // `arrival` tells apart what a log that knows no fractions of seconds has at one time.
  await database.run(`CREATE VIEW requests AS SELECT * EXCLUDE (problem, file, line), rowid AS arrival FROM staged`)
  return {
    files: files.length,
    empty: files.filter(({ kind }) => kind === 'empty').length,
    skipped: { ...skipped, ...(duplicate > 0 && { duplicate }) },
    damaged,
  }
}

/** The name of a file as DuckDB gives it back: for one that it could take for a pattern, the whole path. */
const asReported = (path: string): string => (/[*?[]|^~/.test(path) ? resolve(path) : path)

/** DuckDB reads an archive that is cut off as if it ended there. */
async function nameCutArchives(
  database: Database,
  files: readonly LogFile[],
  damaged: Loaded['damaged'],
  signal: AbortSignal | undefined,
): Promise<void> {
  const rows = await database.rows<{ file: string }>(`SELECT DISTINCT file FROM staged WHERE problem = 'cut-off'`)
  const suspects = new Set(rows.map(({ file }) => file))
  const known = new Set(damaged.map(({ file }) => file))
  for (const file of files) {
    if (file.kind !== 'text' || !file.isCompressed || known.has(file.path)) continue
    if (file.hasLikelyLength && !suspects.has(file.path)) continue
    const why = await faultOfArchive(file.path, signal)
    if (why !== undefined) damaged.push({ file: file.path, why })
  }
}

/** SQL that holds for requests of this time; empty for all. */
export function timesSql({ since, until }: Pick<LoadOptions, 'since' | 'until'>): string {
  const at = (date: Date) => `TIMESTAMP '${date.toISOString().replace('T', ' ').replace('Z', '')}'`
  return [...(since ? [`time >= ${at(since)}`] : []), ...(until ? [`time < ${at(until)}`] : [])].join(' AND ')
}

/** Files that are read alike, so many at a time. */
function* batchesOf(files: readonly TextFile[]): Generator<TextFile[]> {
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

/** @returns files that have to be read line by line, since something in them is not as it should be */
async function loadWhole(
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
    // An archive that breaks off, or what the reader takes for no lines at all.
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

/** All of it in one statement; where a file is not what its beginning promised, that one by itself. */
async function loadBatch(
  database: Database,
  batch: readonly TextFile[],
  selection: Selection,
  damaged: Loaded['damaged'],
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
    if (rest.length > 0) await loadBatch(database, rest, selection, damaged)
    for (const file of batch) if (others.has(file.path)) await loadSegments(database, file, selection)
  } catch (error) {
    if (batch.length > 1) {
      for (const file of batch) await loadBatch(database, [file], selection, damaged)
      return
    }
    const [file] = batch as [TextFile]
    if (!isCompressed) {
      damaged.push({ file: file.path, why: systemMessage(error) })
      return
    }
    const plain = await unpackedAsFarAsItGoes(file.path, database.folder)
    damaged.push({ file: file.path, why: plain.why })
    await loadBatch(database, [{ ...file, path: plain.path, isCompressed: false }], selection, damaged)
  }
}

/** Those that have a second `#Fields` line that differs, or lines of JSON among others. */
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

async function loadParquet(database: Database, path: string, selection: Selection): Promise<void> {
  const columns = await database.rows<{ column_name: string }>(`DESCRIBE SELECT * FROM ${parquetAt(path)}`)
  const names = columns.map(({ column_name }) => column_name)
  await database.run(insertParquet(path, names, selection))
}

const REJECTIONS: Readonly<Record<string, SkipReason>> = {
  'INVALID ENCODING': 'not-utf-8',
  'LINE SIZE OVER MAXIMUM': 'too-long',
}

/** What DuckDB's reader left out. */
async function rejected(database: Database): Promise<Loaded['skipped']> {
  const [{ count } = { count: 0 }] = await database.rows<{ count: number }>(
    `SELECT count(*) AS count FROM duckdb_tables() WHERE table_name = 'reject_errors'`,
  )
  if (count === 0) return {}
  const rows = await database.rows<{ type: string; count: number }>(
    'SELECT CAST(error_type AS VARCHAR) AS type, count(DISTINCT (scan_id, file_id, line)) AS count FROM reject_errors GROUP BY 1',
  )
  const skipped: Loaded['skipped'] = {}
  for (const { type, count } of rows) {
    const reason = REJECTIONS[type] ?? 'unreadable'
    skipped[reason] = (skipped[reason] ?? 0) + count
  }
  return skipped
}

async function problems(database: Database): Promise<Loaded['skipped']> {
  const rows = await database.rows<{ problem: SkipReason; count: number }>(
    `SELECT problem, count(*) AS count FROM staged WHERE problem <> 'header' GROUP BY problem ORDER BY problem`,
  )
  await database.run('DELETE FROM staged WHERE problem IS NOT NULL')
  return Object.fromEntries(rows.map(({ problem, count }) => [problem, count]))
}

/** Deliveries are made at least once: of each request id, one line stays. */
async function dropDuplicates(database: Database): Promise<number> {
  // By 64 bits each first: an index of all ids would be as large as the log.
  await database.run(
    'CREATE TEMP TABLE suspects AS SELECT hash(request_id) AS hashed FROM staged WHERE request_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1',
  )
  const [{ suspects } = { suspects: 0 }] = await database.rows<{ suspects: number }>(
    'SELECT count(*) AS suspects FROM suspects',
  )
  if (suspects === 0) return 0
  const twice =
    'SELECT request_id, min(rowid) AS kept FROM staged WHERE hash(request_id) IN (SELECT hashed FROM suspects) GROUP BY request_id HAVING count(*) > 1'
  const [{ count } = { count: 0 }] = await database.rows<{ count: number }>(
    `SELECT count(*) AS count FROM staged JOIN (${twice}) AS twice USING (request_id) WHERE staged.rowid <> kept`,
  )
  if (count === 0) return 0
  await database.run(
    `DELETE FROM staged USING (${twice}) AS twice WHERE staged.request_id = twice.request_id AND staged.rowid <> twice.kept`,
  )
  return count
}
