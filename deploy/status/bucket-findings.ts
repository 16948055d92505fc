/** What policies of buckets and keys mean for a distribution that reads, in sentences. */
import { type PolicyDocument, type PolicyRequest, type PolicyVerdict, verdictOfPolicy } from '../aws/policy-verdict.ts'
import type { BucketAccess } from '../template/bucket-access.ts'
import type { BucketKey } from './bucket-calls.ts'

/** `unknown`: it could not be told whether the bucket can be read; `note`: it can, and something is to be known of it. */
export type Finding = { kind: 'problem' | 'unknown' | 'note'; text: string }

export const UNREADABLE = 'every object looks as if it were missing'

/** A request for a resource, by an action. */
export type Asked = (action: string, resource: string) => PolicyRequest

/** @param resources key patterns @param arn of the bucket */
export function readerFindings(
  policy: PolicyDocument,
  { read }: BucketAccess,
  asked: Asked,
  { arn, distribution }: { arn: string; distribution: string },
): Finding[] {
  return read.flatMap((keys): Finding[] => {
    const request = asked('s3:GetObject', `${arn}/${keys}`)
    const expected = `expected a bucket policy that allows s3:GetObject of ${keys} to distribution ${distribution}`
    const remedy = `${UNREADABLE}. \`rimlight template\` has the statement in its output`
    return findingsOf(verdictOfPolicy(policy, request), expected, remedy)
  })
}

/** In its own account a role needs no bucket policy, but must not be denied. */
export function roleFindings(policy: PolicyDocument, { images }: BucketAccess, asked: Asked, arn: string): Finding[] {
  return images.flatMap((keys): Finding[] => {
    const verdict = verdictOfPolicy(policy, asked('s3:GetObject', `${arn}/${keys}`))
    if (verdict.kind !== 'denied') return []
    const text = `expected a bucket policy that does not deny s3:GetObject of ${keys} to the role of origin-response, found that ${statementOf(verdict)} does: renditions stay originals, reason=source-error`
    return [{ kind: 'problem', text }]
  })
}

/** @param asked by CloudFront, and by the role of origin-response; null: it reads nothing */
export function keyFindings(
  { arn, isManaged, state, policy }: BucketKey,
  asked: { reader: Asked; role: Asked | null },
  distribution: string,
): Finding[] {
  if (isManaged) {
    const text = `expected a key of KMS whose policy can allow kms:Decrypt to distribution ${distribution}, found ${arn}, which is AWS's own: its policy can't be changed. ${NEW_OBJECTS}; take a key of your own, or SSE-S3`
    return [{ kind: 'problem', text }]
  }
  if (state !== 'Enabled') {
    return [{ kind: 'problem', text: `expected the key ${arn} to be enabled, found ${state}: ${UNREADABLE}` }]
  }
  const expected = `expected a policy of the key ${arn} that allows kms:Decrypt to distribution ${distribution}`
  const remedy = `${NEW_OBJECTS}. Developer Guide, "Restrict access to an Amazon S3 origin", "SSE-KMS", has the statement`
  return [
    ...findingsOf(verdictOfPolicy(policy, asked.reader('kms:Decrypt', arn)), expected, remedy),
    ...(asked.role ? roleKeyFindings(verdictOfPolicy(policy, asked.role('kms:Decrypt', arn)), arn) : []),
  ]
}

/** What is older may be encrypted otherwise. */
const NEW_OBJECTS = `New objects of the bucket look as if they were missing`

function roleKeyFindings(verdict: PolicyVerdict, arn: string): Finding[] {
  if (verdict.kind === 'allowed') return []
  const without = 'without it renditions stay originals, reason=source-error'
  return verdict.kind === 'unclear'
    ? [
        {
          kind: 'note',
          text: `the key ${arn} leaves it to IAM whether the role of origin-response may kms:Decrypt: give the role that in a policy of its own; ${without}`,
        },
      ]
    : [
        {
          kind: 'problem',
          text: `expected a policy of the key ${arn} that allows kms:Decrypt to the role of origin-response, found ${foundIn(verdict)}: ${without}`,
        },
      ]
}

function findingsOf(verdict: PolicyVerdict, expected: string, remedy: string): Finding[] {
  if (verdict.kind === 'allowed') return []
  if (verdict.kind === 'unclear') {
    return [{ kind: 'unknown', text: `${expected}, found that it depends on ${statementOf(verdict)}` }]
  }
  return [{ kind: 'problem', text: `${expected}, found ${foundIn(verdict)}: ${remedy}` }]
}

function foundIn(verdict: Exclude<PolicyVerdict, { kind: 'allowed' | 'unclear' }>): string {
  if (verdict.kind === 'denied') return `that ${statementOf(verdict)} denies it`
  return verdict.others.length > 0 ? `that it allows it to ${verdict.others.join(', ')}` : 'none'
}

const statementOf = ({ statement }: { statement: string }): string => `its statement ${statement}`
