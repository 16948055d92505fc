import { InputError } from '../../base/errors.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'

/**
 * Neither template nor attach can put the Lambda function at viewer-request where it belongs. With the function in its place
 * nobody would get in; with neither, everybody.
 * @throws InputError where a bundle has behaviours with it
 */
export function refuseViewerLambda({ policies }: Pick<BuiltBundle, 'policies'>): void {
  const paths = policies.behaviours.filter(({ viewerRequest }) => viewerRequest === 'lambda').map(({ path }) => path)
  if (paths.length === 0) return
  const expected = 'a bundle with the CloudFront Function at viewer-request on all behaviours'
  const found = `viewer-request.zip on ${paths.join(', ')}`
  throw new InputError(
    `expected ${expected}; found ${found}, which can't be deployed with this command: tokens that public keys verify need a Lambda@Edge function at viewer-request. Take algorithms: ['HS256'] or type: 'signed' there, or associate viewer-request.zip with these behaviours yourself`,
    { code: 'viewer-lambda-not-deployable', expected, found },
  )
}
