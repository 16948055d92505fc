/**
 * Names of what Rimlight makes in an account: each has the id of its distribution, so that two never share anything.
 */
import { ARTEFACT_NAMES, type ArtefactName } from '../../bundle/manifest.ts'

/** At most 64 characters for each, of which an id takes about 14. */
export const resourceName = (distribution: string, name: ArtefactName): string => `rimlight-${distribution}-${name}`

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

/** Whether it is one that attach made for this distribution, whatever it is for, in whatever version. */
export function isOurs(arn: string, distribution: string): boolean {
  const found = NAME_IN_ARN.exec(arn)?.[1]
  return ARTEFACT_NAMES.some((name) => found === resourceName(distribution, name))
}

export const receiptName = (distribution: string): string => `rimlight-${distribution}.receipt.json`
