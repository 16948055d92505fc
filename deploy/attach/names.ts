/**
 * Names of what Rimlight makes in an account: each has the id of its distribution, so that two never share anything.
 */
import { TRIGGERS, type Trigger } from '../../edge/limits.ts'

/** At most 64 characters for each, of which an id takes about 14. */
export const resourceName = (distribution: string, trigger: Trigger): string => `rimlight-${distribution}-${trigger}`

export const roleName = (distribution: string): string => `rimlight-${distribution}-lambda`

/** Of the function's key value store, where attach is told of no other. */
export const storeName = (distribution: string): string => `rimlight-${distribution}-keys`

export const POLICY_NAME = 'rimlight'

/** `arn:aws:cloudfront::ACCOUNT:function/NAME`, `arn:aws:lambda:us-east-1:ACCOUNT:function:NAME:VERSION`. */
const NAME_IN_ARN = /:function[/:]([^:/]+)(?::([^:]+))?$/

/** A function's name, with the version of a Lambda: `resize:7`; the ARN itself, if it is none of a function. */
export function functionName(arn: string): string {
  const [, name, version] = NAME_IN_ARN.exec(arn) ?? []
  return name === undefined ? arn : version === undefined ? name : `${name}:${version}`
}

/** Whether it is one that attach made for this distribution, whatever the trigger and version. */
export function isOurs(arn: string, distribution: string): boolean {
  const name = NAME_IN_ARN.exec(arn)?.[1]
  return TRIGGERS.some((trigger) => name === resourceName(distribution, trigger))
}

export const receiptName = (distribution: string): string => `rimlight-${distribution}.receipt.json`
