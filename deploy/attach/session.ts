/** What attach, detach and status have in common. */

import { unexpectedInput } from '../../base/errors.ts'
import type { CommandContext } from '../../cli/kit/command.ts'
import { missingInput } from '../../cli/kit/options.ts'
import { type AwsSession, inAwsSession } from '../aws/session.ts'
import type { Clients, Dependencies } from './aws-clients.ts'

/** What the options of both commands say about how they run. */
export type RunOptions = {
  /** Show the plan, and change nothing. */
  isDry: boolean
  /** Do not ask before the change. */
  isYes: boolean
  /** stdout gets one JSON document, and what is for people goes to stderr. */
  isJson: boolean
  /** Wait until CloudFront has deployed the change. */
  waits: boolean
}

export const runOptionsOf = (values: {
  'dry-run': boolean
  yes: boolean
  json: boolean
  'no-wait': boolean
}): RunOptions => ({ isDry: values['dry-run'], isYes: values.yes, isJson: values.json, waits: !values['no-wait'] })

export type Session = AwsSession<Clients> & { dependencies: Dependencies }

/** @param interrupted what to say of a Ctrl-C: how to carry on */
export const inSession = <T>(
  dependencies: Dependencies,
  context: CommandContext,
  interrupted: () => string,
  run: (session: Session) => Promise<T>,
): Promise<T> =>
  inAwsSession(dependencies, context, 'rimlight attach', interrupted, (session) => run({ ...session, dependencies }))

/** @throws InputError with the option's name */
export function distributionId(value: string | undefined, hint: string, option = '--distribution'): string {
  if (value === undefined) {
    throw missingInput(`${option} ID`, 'option-missing', hint)
  }
  // CloudFront's ids are letters and digits; it becomes a part of names.
  if (!/^[A-Z0-9]{1,32}$/.test(value)) {
    throw unexpectedInput({
      at: option,
      code: 'option-value',
      expected: 'an id such as EDFDVBD6EXAMPLE',
      found: JSON.stringify(value),
      remedy: `\`aws cloudfront list-distributions\` lists them`,
    })
  }
  return value
}
