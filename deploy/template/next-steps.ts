/** What is left to do by hand once there is a template. */
import { join } from 'node:path'
import { artefactOf, lambdasOf } from '../../bundle/manifest.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import type { Paint } from '../../cli/kit/output.ts'
import type { BucketAccess } from './bucket-access.ts'
import { codeKey } from './code-key.ts'
import type { OriginHeaderParameter } from './origin-headers.ts'

export type CodeUpload = { file: string; key: string; bytes: number; sha256: string }

/** The zips, and the keys in the code bucket where the template looks for them. */
export const codeUploads = (bundle: BuiltBundle): CodeUpload[] =>
  lambdasOf(bundle.manifest).map((name) => {
    const { file, bytes, sha256 } = artefactOf(bundle.manifest, name)
    return { file: join(bundle.folder, file), key: codeKey(bundle, name), bytes, sha256 }
  })

/** Warnings: what the config asks for, and a bucket policy can't do. */
export const undeniedNotes = (access: readonly BucketAccess[]): string[] =>
  access.flatMap(({ bucket, undenied }) =>
    undenied.map(
      ({ path, because }) =>
        `${bucket}: the policy can't deny the keys of the never route ${path}, as ${because} serves some of them; nothing but the functions keeps the rest from being read through a cached route`,
    ),
  )

type Steps = {
  file: string
  uploads: readonly CodeUpload[]
  access: readonly BucketAccess[]
  hasExistingBuckets: boolean
  isStaging: boolean
  hasTokens: boolean
  retainsFunctions: boolean
  originHeaders: readonly OriginHeaderParameter[]
}

/** Developer Guide, "Delete Lambda@Edge functions and replicas". */
const deletionText = (isRetained: boolean): string[] =>
  isRetained
    ? [
        'The Lambda functions outlive the stack. Delete them by hand, some hours after it: until their replicas at the edge are',
        'gone, Lambda deletes none.',
      ]
    : [
        'To delete the stack takes two attempts, some hours apart: Lambda deletes no function that has replicas at the edge,',
        'and they outlive the distribution. With --retain-functions it takes one, and leaves the functions behind.',
      ]

export function nextSteps(
  { file, uploads, access, hasExistingBuckets, isStaging, hasTokens, retainsFunctions, originHeaders }: Steps,
  paint: Paint,
): string {
  const copies = uploads.map(({ file, key }) => `aws s3 cp ${quoted(file)} s3://CODE-BUCKET/${key}`)
  const deploy = [
    `aws cloudformation deploy --region us-east-1 --stack-name NAME --template-file ${quoted(file)}`,
    '  --s3-bucket CODE-BUCKET --capabilities CAPABILITY_IAM --parameter-overrides CodeBucket=CODE-BUCKET',
  ].join(' \\\n  ')
  return [
    paint('bold', 'Upload the code of the Lambda functions to a bucket in us-east-1:'),
    ...copies.map((line) => `  ${line}`),
    '',
    paint('bold', 'Make the stack, or update it:'),
    `  ${deploy}`,
    ...(originHeaders.length > 0
      ? [
          '',
          paint(
            'bold',
            'It has a parameter for each header that CloudFront adds to requests to origins. Their values are secrets: take',
          ),
          paint(
            'bold',
            '--parameter-overrides file://FILE, or give references to Secrets Manager, {{resolve:secretsmanager:NAME}}:',
          ),
          ...originHeaders.map(({ id, origin, header }) => `  ${id}, ${header} of ${origin}`),
        ]
      : []),
    ...(hasExistingBuckets && access.length > 0
      ? [
          '',
          paint(
            'bold',
            'These buckets exist, and the stack leaves them as they are. Merge the policies that it gives as outputs',
          ),
          paint('bold', 'into theirs, and let them block public access:'),
          ...access.map(({ bucket }) => `  ${bucket}`),
        ]
      : []),
    ...(hasTokens
      ? [
          '',
          paint('bold', 'Add a secret that tokens are signed with; until there is one, every token is refused:'),
          '  rimlight keys add default --generate --out default.secret --distribution DISTRIBUTION-ID',
        ]
      : []),
    ...(isStaging
      ? [
          '',
          paint('bold', "Then give the primary's stack the parameter RolloutPolicyId, which is an output of this one."),
        ]
      : []),
    '',
    'The distribution has no custom error pages, no default root object and no origin groups but what the config says: what',
    'another one has of them is not taken over.',
    ...deletionText(retainsFunctions),
    '',
  ].join('\n')
}

/** A text quoted so that a shell takes it for one word. */
const quoted = (text: string): string => (/^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
