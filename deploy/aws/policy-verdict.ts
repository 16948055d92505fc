/**
 * What the policy of a bucket or a key says to one request. IAM User Guide, "Policy evaluation logic", "Grammar of the IAM JSON
 * policy language" and "IAM JSON policy elements: Condition operators".
 */
import { overlap } from './key-pattern.ts'

export type PolicyPrincipal =
  /** `cloudfront.amazonaws.com`. */
  | { kind: 'service'; name: string }
  /** An origin access identity, by its ARN; policies may also name it by an id that is not known here. */
  | { kind: 'identity'; arn: string }
  | { kind: 'role'; arn: string; account: string }

export type PolicyRequest = {
  principal: PolicyPrincipal
  /** `s3:GetObject`. */
  action: string
  /** An ARN, as in a policy; with wildcards it is all that they stand for. */
  resource: string
  /** Condition keys in lower case; null: the request does not have it. What is not here is not known. */
  context: Readonly<Record<string, string | null>>
}

export type PolicyVerdict =
  | { kind: 'allowed' }
  /** By the statement of this `Sid`, or of this place in the policy. */
  | { kind: 'denied'; statement: string }
  /** `others`: who is allowed in its place, by `aws:SourceArn`. */
  | { kind: 'not-allowed'; others: string[] }
  /** It depends on what is not known here, in this statement. */
  | { kind: 'unclear'; statement: string }

type OneOrMore<T> = T | readonly T[]

type Statement = {
  Sid?: string
  Effect?: string
  Principal?: '*' | Record<string, OneOrMore<string>>
  NotPrincipal?: unknown
  Action?: OneOrMore<string>
  NotAction?: OneOrMore<string>
  Resource?: OneOrMore<string>
  NotResource?: OneOrMore<string>
  Condition?: Record<string, Record<string, OneOrMore<string | boolean>>>
}

export type PolicyDocument = { Statement?: OneOrMore<Statement> }

type Truth = 'yes' | 'no' | 'perhaps'

const both = (...truths: readonly Truth[]): Truth =>
  truths.includes('no') ? 'no' : truths.includes('perhaps') ? 'perhaps' : 'yes'
const either = (...truths: readonly Truth[]): Truth =>
  truths.includes('yes') ? 'yes' : truths.includes('perhaps') ? 'perhaps' : 'no'
const not = (truth: Truth): Truth => (truth === 'yes' ? 'no' : truth === 'no' ? 'yes' : 'perhaps')
const truth = (is: boolean): Truth => (is ? 'yes' : 'no')

const listOf = <T>(value: OneOrMore<T> | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T]

export function verdictOfPolicy(policy: PolicyDocument, request: PolicyRequest): PolicyVerdict {
  const statements = listOf(policy.Statement).map((statement, i) => ({
    statement,
    name: statement.Sid || `number ${i + 1}`,
    applies: both(targetOf(statement, request), conditionOf(statement, request)),
  }))
  const found = (effect: string, applies: Truth) =>
    statements.find((one) => one.statement.Effect === effect && one.applies === applies)
  const denial = found('Deny', 'yes')
  if (denial) return { kind: 'denied', statement: denial.name }
  const isAllowed = found('Allow', 'yes') !== undefined
  const doubt = isAllowed ? found('Deny', 'perhaps') : found('Allow', 'perhaps')
  if (doubt) return { kind: 'unclear', statement: doubt.name }
  if (isAllowed) return { kind: 'allowed' }
  const near = statements.filter(
    ({ statement }) => statement.Effect === 'Allow' && targetOf(statement, request) !== 'no',
  )
  return { kind: 'not-allowed', others: [...new Set(near.flatMap(({ statement }) => sourcesOf(statement)))] }
}

/** Whose requests it is about, which of them, and for what. */
const targetOf = (statement: Statement, request: PolicyRequest): Truth =>
  both(principalOf(statement, request.principal), actionOf(statement, request.action), resourceOf(statement, request))

function principalOf({ Principal, NotPrincipal }: Statement, principal: PolicyPrincipal): Truth {
  if (NotPrincipal !== undefined) return 'perhaps'
  if (Principal === '*') return 'yes'
  return either(
    'no',
    ...Object.entries(Principal ?? {}).flatMap(([type, names]) =>
      listOf(names).map((name) => namesPrincipal(type, name, principal)),
    ),
  )
}

function namesPrincipal(type: string, name: string, principal: PolicyPrincipal): Truth {
  if (type === 'AWS' && name === '*') return 'yes'
  if (principal.kind === 'service') return truth(type === 'Service' && name === principal.name)
  if (type === 'CanonicalUser') return principal.kind === 'identity' ? 'perhaps' : 'no'
  if (type !== 'AWS') return 'no'
  if (name === principal.arn) return 'yes'
  // A whole account: its own policies say who of it.
  const isAccount =
    principal.kind === 'role' && (name === principal.account || name.endsWith(`::${principal.account}:root`))
  return isAccount ? 'perhaps' : 'no'
}

function actionOf({ Action, NotAction }: Statement, action: string): Truth {
  const names = (patterns: OneOrMore<string> | undefined) =>
    truth(listOf(patterns).some((pattern) => takesAll(pattern.toLowerCase(), action.toLowerCase())))
  return NotAction === undefined ? names(Action) : not(names(NotAction))
}

function resourceOf({ Resource, NotResource }: Statement, { resource }: PolicyRequest): Truth {
  const names = (patterns: OneOrMore<string> | undefined) =>
    either('no', ...listOf(patterns).map((pattern) => takes(plain(pattern), plain(resource))))
  return NotResource === undefined ? names(Resource) : not(names(NotResource))
}

const takes = (pattern: string, resource: string): Truth => {
  if (takesAll(pattern, resource)) return 'yes'
  const isOverlapping = overlap({ prefix: '', pattern }, { prefix: '', pattern: resource })
  return isOverlapping ? 'perhaps' : 'no'
}

/** `${*}`, `${?}` and `${$}` are these characters themselves: as such they are put where no text has any. */
const plain = (text: string): string =>
  text.replace(/\$\{([*?$])\}/g, (_, character: string) => String.fromCharCode(0xe000 + character.charCodeAt(0)))

/** Whether a pattern takes all that a text stands for, whose wildcards stand for what the pattern's have to. */
export function takesAll(pattern: string, text: string): boolean {
  // At each length of the text: whether the pattern up to here can take that much of it.
  let reached = [true, ...Array<boolean>(text.length).fill(false)]
  for (const token of pattern) {
    const before = reached
    reached = before.map((_, i) => {
      if (token === '*') return before.slice(0, i + 1).includes(true)
      const character = text[i - 1]
      return i > 0 && before[i - 1] === true && (token === character || (token === '?' && character !== '*'))
    })
  }
  return reached[text.length] === true
}

const conditionOf = ({ Condition = {} }: Statement, { context }: PolicyRequest): Truth =>
  both(
    'yes',
    ...Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) =>
        holds(operator, context[key.toLowerCase()], listOf(values).map(String)),
      ),
    ),
  )

const OPERATOR = /^(String|Arn|Bool|Null)(Not)?(Equals|Like)?(IgnoreCase)?(IfExists)?$/

function holds(operator: string, found: string | null | undefined, values: readonly string[]): Truth {
  const [, kind, isNegated, way, ignoresCase, ifExists] = OPERATOR.exec(operator) ?? []
  if (kind === undefined || found === undefined) return 'perhaps'
  if (kind === 'Null') return truth((found === null) === (values[0]?.toLowerCase() === 'true'))
  if (found === null) return truth(isNegated !== undefined || ifExists !== undefined)
  // Variables are of the request.
  if (values.some((value) => value.includes('${'))) return 'perhaps'
  const isPattern = kind === 'Arn' || way === 'Like'
  const folded = (text: string) => (ignoresCase || kind === 'Bool' ? text.toLowerCase() : text)
  const isOne = values.some((value) =>
    isPattern ? takesAll(folded(value), folded(found)) : folded(value) === folded(found),
  )
  return truth(isOne !== (isNegated !== undefined))
}

const sourcesOf = ({ Condition = {} }: Statement): string[] =>
  Object.values(Condition).flatMap((keys) =>
    Object.entries(keys).flatMap(([key, values]) =>
      key.toLowerCase() === 'aws:sourcearn' ? listOf(values).map(String) : [],
    ),
  )
