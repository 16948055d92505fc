import { Failure } from './errors.ts'

/** From `import`, and from `require`, by which one package loads another. */
const MISSING = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']

/**
 * Packages that only some of what is here needs: whoever uses that installs them.
 * @param names of the packages, as the message has them @param message says what to install @param load imports them
 * @throws Failure `package-missing` if one of them is not installed
 */
export async function loadPackages<T>(names: string, message: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (!MISSING.includes(code)) throw cause
    throw new Failure(message, { code: 'package-missing', expected: names, found: 'not all of them', cause })
  }
}
