/** The statements as files, to be run by other means. */
import { join } from 'node:path'
import { notWritable, systemMessage } from '../../base/errors.ts'
import { makeFolder } from '../../base/make-folder.ts'
import { replaceFiles } from '../../base/replace-file.ts'
import type { Selected } from './dialect.ts'
import { reportQueries } from './queries.ts'
import { createDatabaseSql, createTableSql } from './table.ts'

/** @returns their names below the folder @throws InputError where it can't be written */
export async function writeStatements(folder: string, selected: Selected): Promise<string[]> {
  const files: [name: string, text: string][] = [
    ['database.sql', createDatabaseSql(selected.table)],
    ['table.sql', createTableSql(selected.table)],
    ...(await reportQueries(selected)).map(({ name, sql }): [string, string] => [join('queries', `${name}.sql`), sql]),
  ]
  try {
    await makeFolder(join(folder, 'queries'))
    await replaceFiles(files.map(([name, text]) => ({ path: join(folder, name), content: `${text}\n` })))
  } catch (cause) {
    throw notWritable(`${folder} can't be written: ${systemMessage(cause)}`, cause)
  }
  return files.map(([name]) => name)
}
