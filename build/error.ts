import { Failure } from '../base/errors.ts'

/** The build, or what it was given, is not right; the message is for the person who ran it. */
export class BuildError extends Failure {
  override name = 'BuildError'
}
