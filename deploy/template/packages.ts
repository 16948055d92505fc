/** Packages that only the template needs, and that have to be installed for it. */
import { optional } from '../../base/optional-package.ts'

/** @throws Failure (`package-missing`) if one of them is not installed */
export const requirePackages = (): Promise<void> =>
  optional('making the template', ['aws-cdk-lib', 'constructs'], async () => {
    await import('constructs')
    await import('aws-cdk-lib/core')
  })
