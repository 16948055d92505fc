/** Packages that only some of what is here needs: whoever uses that installs them. */
import { Failure } from '../base/errors.ts'

/** From `import`, and from `require`. */
const MISSING = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']

/**
 * @param what is made with the packages, for the message @param names of the packages @param load imports them
 * @throws Failure (`package-missing`) if one of them is not installed
 */
export async function loaded<T>(what: string, names: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (!MISSING.includes(code)) throw cause
    throw new Failure(`${what} needs what is not installed; run \`npm install ${names}\``, {
      code: 'package-missing',
      expected: names,
      cause,
    })
  }
}
