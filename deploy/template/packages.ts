/** The template needs packages that nothing else does: whoever wants one installs them. */
import { loadPackages } from '../../base/load-packages.ts'

/** @throws Failure `package-missing` if one of them is not installed */
export const requirePackages = (): Promise<void> =>
  loadPackages(
    'aws-cdk-lib and constructs',
    'the template is made with aws-cdk-lib and constructs, and not both are installed; run `npm install --save-dev aws-cdk-lib constructs`',
    async () => {
      await import('constructs')
      await import('aws-cdk-lib/core')
    },
  )
