import { artefactOf, type LambdaName } from '../../bundle/manifest.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'

/** Where a template looks for a zip: another zip is another object, so that none is ever replaced. */
export const codeKey = ({ manifest }: BuiltBundle, name: LambdaName): string => {
  const { sha256, file } = artefactOf(manifest, name)
  return `rimlight/${sha256}/${file}`
}
