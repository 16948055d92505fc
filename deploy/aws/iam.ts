/** What attach and the template both write into IAM policies: the functions' role is the same whoever makes it. */

/** IAM User Guide, "Grammar of the IAM JSON policy language": the version that knows policy variables. */
export const policyDocument = <Statement extends object>(statements: readonly Statement[]) => ({
  Version: '2012-10-17',
  Statement: [...statements],
})

/**
 * Who may run the Lambda functions: Lambda, and Lambda@Edge, which copies them to the edge. Developer Guide, "Set up
 * IAM permissions and roles for Lambda@Edge", "Function execution role".
 */
export const LAMBDA_EDGE_TRUST = policyDocument([
  {
    Effect: 'Allow',
    Principal: { Service: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'] },
    Action: 'sts:AssumeRole',
  },
])

/** Lambda@Edge logs in the region that it runs in, and makes the log group there itself. */
export const WRITE_LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']

/** Nobody may use plain HTTP: buckets and topics answer there as well. */
export const httpsOnly = (sid: string, action: string, resource: string | readonly string[]) => ({
  Sid: sid,
  Effect: 'Deny',
  Principal: '*',
  Action: action,
  Resource: resource,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
})
