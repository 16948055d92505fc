/** The template needs packages that nothing else does: whoever wants one installs them. */
import { Failure } from '../../base/errors.ts'

/** From `import`, and from `require`, by which one of them loads the other. */
const MISSING = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']

/** @throws Failure if one of them is not installed */
export async function requirePackages(): Promise<void> {
  try {
    await import('constructs')
    await import('aws-cdk-lib/core')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (!MISSING.includes(code)) throw cause
    throw new Failure(
      'the template is made with aws-cdk-lib and constructs, and not both are installed; run `npm install --save-dev aws-cdk-lib constructs`',
      { code: 'package-missing', expected: 'aws-cdk-lib and constructs', found: 'not both', cause },
    )
  }
}
