/** What stores say when they can't do it: a missing package, a server that is not there, a file that is none. */
import { Failure, systemMessage } from '../../base/errors.ts'

const MISSING = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']

/** Loads a package that only some users install. @throws Failure that says what to install */
export async function optionalPackage<T>(name: string, why: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (!MISSING.includes(code)) throw cause
    throw new Failure(`${why} needs the package ${name}, which is not installed; run \`npm install ${name}\``, {
      code: 'package-missing',
      cause,
    })
  }
}

/** @param name of the store, as a person may see it: without a password */
export const storeFailure = (name: string, cause: unknown): Failure =>
  new Failure(
    `the store ${name} can't be used: ${systemMessage(cause) || (cause as Error).name}; nothing is lost: run the same command again when it can`,
    { code: 'store', cause },
  )

/** Calls, whose errors become the store's. */
export const storeCalls =
  (name: string) =>
  async <T>(call: () => T | Promise<T>): Promise<T> => {
    try {
      return await call()
    } catch (cause) {
      throw cause instanceof Failure ? cause : storeFailure(name, cause)
    }
  }
