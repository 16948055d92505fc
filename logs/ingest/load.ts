/** Log files into the table `requests`, whatever they are; what can't be counted is counted by reason. */
import { resolve } from 'node:path'
import { systemMessage } from '../../base/errors.ts'
import { type Database, sqlText } from '../database.ts'
import { faultOfArchive } from './archive.ts'
import { batchesOf, type DamagedFile, loadLines, loadWhole } from './load-text.ts'
import { routeSql, routeUnusual } from './routes.ts'
import { insertParquet, parquetAt, type Selection, STAGED } from './select.ts'
import { dropDuplicates, rejectedLines, type SkippedLines, takeProblems } from './skipped-lines.ts'
import { type LogFile, sniff } from './sniff.ts'

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
  skipped: SkippedLines
  damaged: DamagedFile[]
}

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
    if (rest.length > 0) await loadLines(database, rest, selection, damaged)
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
  const skipped = { ...(await rejectedLines(database)), ...(await takeProblems(database)) }
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
  damaged: DamagedFile[],
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

async function loadParquet(database: Database, path: string, selection: Selection): Promise<void> {
  const columns = await database.rows<{ column_name: string }>(`DESCRIBE SELECT * FROM ${parquetAt(path)}`)
  const names = columns.map(({ column_name }) => column_name)
  await database.run(insertParquet(path, names, selection))
}
