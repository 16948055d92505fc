/** Which of a file's distributions is meant. */
import { unexpectedInput } from '../../../base/errors.ts'

/**
 * @param all by the names that errors list
 * @param id which one; `undefined`: the only one
 * @param source what is looked for, as the error ends where there is none
 * @throws InputError where there is none, or several
 */
export function onlyDistribution<Found extends { name: string }>(
  all: readonly Found[],
  id: string | undefined,
  file: string,
  source: string,
): Found {
  const [only, ...others] = all.filter(({ name }) => id === undefined || name === id)
  if (only && others.length === 0) return only
  const expected = id === undefined ? 'one distribution' : `the distribution ${id}`
  const found = all.length === 0 ? 'none' : all.map(({ name }) => name).join(', ')
  const way = all.length > 1 ? '--from-distribution says which' : source
  throw unexpectedInput({ at: file, code: 'no-distribution', expected, found, remedy: way })
}
