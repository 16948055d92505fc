import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import type { LambdaTrigger } from '../../edge/limits.ts'

/** Where a template looks for a zip: another zip is another object, so that none is ever replaced. */
export const codeKey = ({ manifest }: BuiltBundle, trigger: LambdaTrigger): string => {
  const { sha256, file } = manifest.artefacts[trigger]
  return `rimlight/${sha256}/${file}`
}
