import { type ErrorFacts, Failure } from '../base/errors.ts'
import type { Problem } from './problem.ts'

/** The build, or what it was given, is not right; the message is for the person who ran it. */
export class BuildError extends Failure {
  override name = 'BuildError'
  /** What is wrong with the config, one by one, as the message lists it; empty where something else is wrong. */
  readonly problems: readonly Problem[]

  constructor(message: string, { problems = [], ...facts }: ErrorFacts & { problems?: readonly Problem[] }) {
    super(message, facts)
    this.problems = problems
  }
}
