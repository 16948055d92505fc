import { type ErrorFacts, Failure, InputError } from '../base/errors.ts'
import type { Problem } from './problem.ts'

/** An artefact could not be made, or may not be deployed as it is; the message is for the person who ran the build. */
export class BuildError extends Failure {
  override name = 'BuildError'
}

/** The config is missing or wrong. */
export class ConfigError extends InputError {
  override name = 'ConfigError'
  /** What is wrong, one by one, as the message lists it; empty where the file itself is. */
  readonly problems: readonly Problem[]

  constructor(message: string, { problems = [], ...facts }: ErrorFacts & { problems?: readonly Problem[] }) {
    super(message, facts)
    this.problems = problems
  }
}
