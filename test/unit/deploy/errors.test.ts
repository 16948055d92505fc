/** What errors of deploy/ tell programs, beside their message. */
import { describe, expect, it } from 'vitest'
import { Failure, InputError } from '../../../base/errors.ts'
import { checkAccount, type Receipt } from '../../../deploy/attach/receipt.ts'
import { distributionId } from '../../../deploy/attach/session.ts'
import { type AwsFault, awsFailure } from '../../../deploy/aws/faults.ts'
import { invalidationFailure } from '../../../deploy/invalidate/refusals.ts'
import { publishFailure } from '../../../deploy/publish/refusals.ts'
import { bucketPolicy } from '../../../deploy/template/bucket-policy.ts'
import { codeFiles, isSyntax, type Syntax, walk } from '../../checks/sources.ts'

const thrownBy = (call: () => unknown): unknown => {
  try {
    return call()
  } catch (error) {
    return error
  }
}

const awsError = (name: string, status = 400): Error =>
  Object.assign(new Error('said so'), { name, $fault: 'client', $metadata: { httpStatusCode: status } })

/** `Interrupted` has its code by itself. */
const ERRORS = ['InputError', 'Failure']

const hasCode = (argument: unknown): boolean =>
  isSyntax(argument) &&
  argument.type === 'ObjectExpression' &&
  (argument.properties as Syntax[]).some(
    ({ type, key }) => type === 'SpreadElement' || (isSyntax(key) && key.name === 'code'),
  )

it('every error has a code of its own', () => {
  const found: string[] = []
  const without: string[] = []
  for (const [file, text] of Object.entries(codeFiles())) {
    if (!file.startsWith('deploy/')) continue
    walk(file, text, ({ type, callee, arguments: parts, start, end }) => {
      if (type !== 'NewExpression' || !isSyntax(callee) || !ERRORS.includes(String(callee.name))) return
      found.push(file)
      if (!hasCode((parts as unknown[])[1])) without.push(`${file}: ${text.slice(start, Number(end))}`)
    })
  }
  expect(found.length).toBeGreaterThan(50)
  expect(without).toEqual([])
})

const RECEIPT = { account: '111122223333' } as Receipt

const ACCESS = { bucket: 'a', region: 'us-east-1', origins: [], images: [], never: [], undenied: [] }
const READERS = { reader: undefined, distributionId: 'E', imageRole: 'arn' }

describe('code, expected and found', () => {
  it.each<[string, () => unknown, typeof InputError | typeof Failure, object]>([
    [
      'an option that is missing',
      () => distributionId(undefined, ''),
      InputError,
      { code: 'option-missing', expected: '--distribution ID', found: 'none' },
    ],
    [
      'an option that is no id',
      () => distributionId('e-1', ''),
      InputError,
      { code: 'option-value', expected: 'an id such as EDFDVBD6EXAMPLE', found: '"e-1"' },
    ],
    [
      'a receipt of another account',
      () => checkAccount(RECEIPT, 'a.json', '444455556666'),
      Failure,
      { code: 'other-account', expected: '111122223333', found: '444455556666' },
    ],
    [
      'a bucket policy that is too large',
      () => bucketPolicy({ ...ACCESS, read: Array.from({ length: 1000 }, (_, i) => `folder-${i}/*`) }, READERS),
      InputError,
      { code: 'policy-too-large', expected: 'at most 20480 bytes', found: expect.stringMatching(/^\d{5} bytes$/) },
    ],
    [
      'a permission that is missing',
      () => awsFailure('denied', 'iam:GetRole', awsError('AccessDenied')),
      Failure,
      { code: 'denied', expected: 'permission for iam:GetRole', found: 'none' },
    ],
    [
      'a bucket that is not there',
      () => publishFailure(awsError('NoSuchBucket', 404), 's3:ListBucket', 'example-photos'),
      Failure,
      { code: 'no-such-bucket', expected: undefined, found: 'NoSuchBucket: said so' },
    ],
    [
      'a distribution that is not there',
      () =>
        invalidationFailure(awsError('NoSuchDistribution', 404), 'cloudfront:CreateInvalidation', {
          distribution: 'E',
          reference: 'r',
        }),
      Failure,
      { code: 'unknown-distribution', expected: undefined, found: 'NoSuchDistribution: said so' },
    ],
  ])('%s', (_, call, kind, facts) => {
    const error = thrownBy(call)
    expect(error).toBeInstanceOf(kind)
    expect(error).toMatchObject(facts)
  })

  it('what AWS refuses has the fault as its code, and its error as the cause', () => {
    const faults: AwsFault[] = ['no-credentials', 'bad-credentials', 'throttled', 'role-is-new', 'quota', 'refused']
    for (const fault of faults) {
      const cause = awsError('Refused')
      expect(awsFailure(fault, 'iam:GetRole', cause)).toMatchObject({ code: fault, cause })
    }
  })
})
