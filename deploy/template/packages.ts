/** The template needs packages that nothing else does: who makes one installs them. */
import { optional } from '../../base/optional-package.ts'

/** @throws Failure (`package-missing`) if one of them is not installed */
export const requirePackages = (): Promise<void> =>
  optional('making the template', ['aws-cdk-lib', 'constructs'], async () => {
    await import('constructs')
    await import('aws-cdk-lib/core')
  })
