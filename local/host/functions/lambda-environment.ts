/** A function's environment in Lambda: variables, and the context object. */

export type LambdaSpec = {
  /** The folder that the zip was unpacked to. */
  root: string
  handler: string
  runtime: string
  /** MB. */
  memory: number
  /** Seconds. */
  timeout: number
  name: string
  /** Besides Lambda's own variables. */
  env: Record<string, string>
}

/**
 * The variables that Lambda sets, and none of this machine's. AWS Lambda Developer Guide, "Defined runtime environment variables".
 */
export const variables = ({ root, handler, runtime, memory, name, env }: LambdaSpec) => ({
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
  AWS_LAMBDA_FUNCTION_VERSION: '1',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  LAMBDA_TASK_ROOT: root,
  LAMBDA_RUNTIME_DIR: '/var/runtime',
  LANG: 'en_US.UTF-8',
  PATH: '/usr/local/bin:/usr/bin:/bin',
  TZ: ':UTC',
  _HANDLER: handler,
  ...env,
})

/** AWS Lambda Developer Guide, "Using the Lambda context object"; the runtime adds `getRemainingTimeInMillis`. */
export const invocationContext = ({ name, memory }: LambdaSpec) => ({
  awsRequestId: crypto.randomUUID(),
  callbackWaitsForEmptyEventLoop: true,
  functionName: name,
  functionVersion: '1',
  invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${name}:1`,
  logGroupName: `/aws/lambda/${name}`,
  logStreamName: 'local',
  memoryLimitInMB: String(memory),
})
