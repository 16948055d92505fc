/** Packages that only some commands need: whoever wants one of those installs them. */
import { Failure } from './errors.ts'

/** From `import`, and from `require`. */
const MISSING = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']

/**
 * What the import gives.
 * @param what that needs it, as the message begins: `reading logs`
 * @throws Failure if one of the packages is not installed
 */
export async function optional<Module>(
  what: string,
  packages: readonly string[],
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (!MISSING.includes(code)) throw cause
    const names = packages.join(' ')
    throw new Failure(
      `${what} takes ${packages.join(' and ')}, not installed here; run \`npm install --save-dev ${names}\``,
      { code: 'missing-package', expected: names, cause },
    )
  }
}
