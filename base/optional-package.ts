/** Packages that only some commands and applications need, and that are installed with those: optional peer dependencies. */
import { Failure } from './errors.ts'

/** From `import`, and from `require`, by which one package loads another. */
const MISSING = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']

/** `a, b and c` */
const LIST = new Intl.ListFormat('en-GB')

/**
 * What the import gives.
 * @param what that needs it, as the message begins: `reading logs`
 * @param install the command: a tool is of a project's development, what signs is not
 * @throws Failure (`package-missing`) if one of the packages is not installed
 */
export async function optional<Module>(
  what: string,
  packages: readonly string[],
  load: () => Promise<Module>,
  install = 'npm install --save-dev',
): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (!MISSING.includes(code)) throw cause
    const names = packages.join(' ')
    throw new Failure(`${what} takes ${LIST.format(packages)}, not installed here; run \`${install} ${names}\``, {
      code: 'package-missing',
      expected: names,
      cause,
    })
  }
}
