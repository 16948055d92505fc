/** What is asked for when the template is deployed: parameters, and the conditions that make some of them optional. */
import { CfnCondition, CfnParameter, type CfnParameterProps, CfnRule, Fn, Token } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { HTTP_VERSION, TLS } from '../../bundle/distribution.ts'
import { artefactOf, perLambda } from '../../bundle/manifest.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import { ORIGIN_HEADERS } from '../../edge/limits.ts'
import { codeKey } from './code-key.ts'
import { DEFAULTS, HTTP_VERSION_OF_ROLLOUT, type Inputs, LOGICAL_IDS } from './inputs.ts'
import { LOG_TABLE } from './log-delivery.ts'
import { originHeaderParameters } from './origin-headers.ts'

/** CloudWatch Logs API, PutRetentionPolicy. */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653]

const NO_VALUE = Fn.ref('AWS::NoValue')

const whenGiven = (condition: CfnCondition, value: string): string =>
  Token.asString(Fn.conditionIf(condition.logicalId, value, NO_VALUE))

type Answers = Pick<
  Inputs,
  | 'code'
  | 'aliases'
  | 'certificate'
  | 'priceClass'
  | 'webAcl'
  | 'rollout'
  | 'logRetentionDays'
  | 'accessLogDays'
  | 'budget'
  | 'email'
  | 'existingStore'
  | 'originHeaders'
  | 'logs'
>

export type LogKinds = { kind: 'v1' } | { kind: 'v2'; hasTable: boolean }

export function parameters(scope: Construct, bundle: BuiltBundle, isStaging: boolean, logs: LogKinds): Answers {
  const ask = (id: string, props: CfnParameterProps) => new CfnParameter(scope, id, props)
  /** A parameter that may be left empty, and the condition that it is not. */
  const optional = (id: string, props: CfnParameterProps) => {
    const parameter = ask(id, { default: '', ...props })
    const isGiven = new CfnCondition(scope, `Has${id}`, {
      expression: Fn.conditionNot(Fn.conditionEquals(parameter.valueAsString, '')),
    })
    return { parameter, isGiven }
  }
  const code = codeParameters(ask, bundle)
  const priceClass = ask('PriceClass', {
    default: DEFAULTS.priceClass,
    allowedValues: ['PriceClass_All', 'PriceClass_200', 'PriceClass_100'],
    description:
      'Where CloudFront serves from: everywhere, without the dearest regions, or in the cheapest ones alone.',
  })
  const webAcl = optional('WebAclArn', {
    allowedPattern: '^$|^arn:aws:wafv2:us-east-1:[0-9]{12}:global/webacl/.+$',
    description: 'A web ACL of AWS WAF; may be empty.',
  })
  const retention = ask('LogRetentionDays', {
    type: 'Number',
    default: DEFAULTS.logRetentionDays,
    allowedValues: RETENTION_DAYS.map(String),
    description:
      'How long the log groups of the functions in us-east-1 keep what is written. Other regions have their own.',
  })
  const accessLogDays = ask('AccessLogDays', {
    type: 'Number',
    default: DEFAULTS.accessLogDays,
    minValue: 1,
    description: 'How long access logs are kept.',
  })
  const email = optional('AlarmEmail', {
    allowedPattern: '^$|^[^@\\s]+@[^@\\s]+$',
    description: 'Who is told of alarms and costs, once the address is confirmed; may be empty.',
  })
  return {
    code,
    priceClass: priceClass.valueAsString,
    webAcl: whenGiven(webAcl.isGiven, webAcl.parameter.valueAsString),
    logRetentionDays: retention.valueAsNumber,
    logs: logs.kind === 'v1' ? logs : { kind: 'v2', database: logs.hasTable ? databaseAnswer(ask) : undefined },
    accessLogDays: accessLogDays.valueAsNumber,
    email: { address: email.parameter.valueAsString, condition: email.isGiven },
    existingStore: bundle.policies.keyValueStore ? storeAnswer(scope, ask) : undefined,
    originHeaders: originHeaderAnswers(ask, bundle),
    ...(isStaging ? stagingAnswers(ask) : primaryAnswers(scope, ask, optional, bundle)),
  }
}

const databaseAnswer = (ask: Ask): string =>
  ask('LogDatabaseName', {
    default: 'rimlight_logs',
    allowedPattern: '^[a-z0-9_]{1,128}$',
    description: `The name of a database of the data catalog that does not exist yet: it is made, with the table ${LOG_TABLE} of access logs in it.`,
  }).valueAsString

type Ask = (id: string, props: CfnParameterProps) => CfnParameter
type AskOptional = (id: string, props: CfnParameterProps) => { parameter: CfnParameter; isGiven: CfnCondition }

function codeParameters(ask: Ask, bundle: BuiltBundle): Inputs['code'] {
  const bucket = ask('CodeBucket', {
    allowedPattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
    description: 'The bucket in us-east-1 that the zips of the Lambda functions were uploaded to.',
  }).valueAsString
  return perLambda(bundle.manifest, (name) => ({
    bucket,
    key: ask(`${LOGICAL_IDS[name]}Key`, {
      default: codeKey(bundle, name),
      description: `The key of ${artefactOf(bundle.manifest, name).file} in CodeBucket; it has to be that very file.`,
    }).valueAsString,
  }))
}

/**
 * A secret: it is in no output, and CloudFormation does not show it (`NoEcho`). A dynamic reference works as a value as well, and
 * stays out of the stack's events.
 */
function originHeaderAnswers(ask: Ask, { policies }: BuiltBundle): Inputs['originHeaders'] {
  const found: Record<string, Record<string, string>> = {}
  for (const { id, origin, header } of originHeaderParameters(policies)) {
    const parameter = ask(id, {
      noEcho: true,
      minLength: 1,
      maxLength: ORIGIN_HEADERS.valueCharacters,
      allowedPattern: '^[!-~]([ !-~]*[!-~])?$',
      description: `The value of ${header}, which CloudFront adds to requests to the origin ${origin}; or {{resolve:secretsmanager:…}}.`,
    })
    found[origin] = { ...found[origin], [header]: parameter.valueAsString }
  }
  return found
}

function storeAnswer(scope: Construct, ask: Ask): Inputs['existingStore'] {
  const arn = ask('ExistingKeyValueStoreArn', {
    default: '',
    allowedPattern: '^$|^arn:aws:cloudfront::[0-9]{12}:key-value-store/.+$',
    description:
      "A key value store with the secrets of tokens, such as a primary stack's for its staging one; empty: one of its own.",
  }).valueAsString
  const isOwn = new CfnCondition(scope, 'HasOwnKeyValueStore', { expression: Fn.conditionEquals(arn, '') })
  return { arn, unless: isOwn }
}

/** A staging distribution has its primary's names and certificate, and costs what is in the primary's budget. */
const stagingAnswers = (ask: Ask): Pick<Answers, 'aliases' | 'certificate' | 'rollout' | 'budget'> => ({
  aliases: undefined,
  certificate: { cloudFrontDefaultCertificate: true },
  budget: null,
  rollout: {
    kind: 'staging',
    weight: ask('RolloutWeight', {
      type: 'Number',
      default: 0.05,
      minValue: 0,
      maxValue: 0.15,
      description: "The share of the primary distribution's viewers that are sent here.",
    }).valueAsNumber,
  },
})

const primaryAnswers = (
  scope: Construct,
  ask: Ask,
  optional: AskOptional,
  bundle: BuiltBundle,
): Pick<Answers, 'aliases' | 'certificate' | 'rollout' | 'budget'> => ({
  ...namesAnswers(scope, ask, optional, bundle),
  budget: budgetAnswer(scope, ask),
  rollout: rolloutAnswer(optional),
})

/** Alternate names, which CloudFront takes with a certificate that is for them, and not without. */
function namesAnswers(
  scope: Construct,
  ask: Ask,
  optional: AskOptional,
  { policies }: BuiltBundle,
): Pick<Answers, 'aliases' | 'certificate'> {
  const configured = policies.domains.join(',')
  const certificate = optional('CertificateArn', {
    allowedPattern: '^$|^arn:aws:acm:us-east-1:[0-9]{12}:certificate/.+$',
    description: "A certificate of ACM in us-east-1 for the alternate names; empty: CloudFront's own name alone.",
  })
  const names = ask('AlternateNames', {
    default: configured,
    allowedPattern: '^$|^[a-z0-9*.-]+(,[a-z0-9*.-]+)*$',
    description: "Host names, with commas between them; they need CertificateArn. The default is the config's domains.",
  })
  new CfnRule(scope, 'NamesNeedACertificate', {
    ruleCondition: Fn.conditionEquals(certificate.parameter.valueAsString, ''),
    assertions: [
      {
        assert: Fn.conditionOr(
          Fn.conditionEquals(names.valueAsString, configured),
          Fn.conditionEquals(names.valueAsString, ''),
        ),
        assertDescription: 'AlternateNames need a CertificateArn that is for them.',
      },
    ],
  })
  const hasNames = new CfnCondition(scope, 'HasAlternateNames', {
    expression: Fn.conditionAnd(certificate.isGiven, Fn.conditionNot(Fn.conditionEquals(names.valueAsString, ''))),
  })
  return {
    aliases: Fn.conditionIf(hasNames.logicalId, Fn.split(',', names.valueAsString), NO_VALUE),
    certificate: {
      acmCertificateArn: whenGiven(certificate.isGiven, certificate.parameter.valueAsString),
      sslSupportMethod: whenGiven(certificate.isGiven, TLS.sslSupportMethod),
      minimumProtocolVersion: whenGiven(certificate.isGiven, TLS.minimumProtocolVersion),
      cloudFrontDefaultCertificate: Fn.conditionIf(certificate.isGiven.logicalId, NO_VALUE, true),
    },
  }
}

function budgetAnswer(scope: Construct, ask: Ask): Answers['budget'] {
  const budget = ask('MonthlyBudget', {
    type: 'Number',
    default: DEFAULTS.budget,
    minValue: 0,
    description:
      'USD a month for CloudFront and Lambda, of which the alarm topic is told at 80 and 100 %; 0: no budget.',
  })
  const condition = new CfnCondition(scope, 'HasMonthlyBudget', {
    expression: Fn.conditionNot(Fn.conditionEquals(budget.valueAsString, '0')),
  })
  return { amount: budget.valueAsNumber, condition }
}

function rolloutAnswer(optional: AskOptional): Answers['rollout'] {
  const policy = optional('RolloutPolicyId', {
    description:
      'The RolloutPolicyId of a stack of `rimlight template --staging`: a part of the viewers is sent there.',
  })
  return {
    kind: 'primary',
    httpVersion: Token.asString(Fn.conditionIf(policy.isGiven.logicalId, HTTP_VERSION_OF_ROLLOUT, HTTP_VERSION)),
    policy: whenGiven(policy.isGiven, policy.parameter.valueAsString),
  }
}
