/** What CloudFormation's functions come to, as far as a template says. */
import { unexpectedInput } from '../../../base/errors.ts'
import { at, isObject, type JsonObject } from '../../../base/json-values.ts'

/** Where nothing says which: the region that a distribution's own stack has to be in for certificates and functions. */
const USUAL_REGION = 'us-east-1'

/** CloudFormation User Guide, "Pseudo parameters reference". */
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Region': USUAL_REGION,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::AccountId': '123456789012',
  'AWS::StackName': 'stack',
}

/** An account's deepest nesting; a template of a person has a handful. */
const DEEPEST = 60

/** Ten times what 75 behaviours with all their fields have. Functions that refer to each other in a circle have no end. */
const MOST_VALUES = 100_000

export type Resolved = {
  value: unknown
  /** What the template does not say, each once: parameters without a default, conditions, imports. */
  unknown: string[]
}

/**
 * A value with its functions worked out. What the template does not say is replaced by its name, such as a parameter's.
 * @throws InputError where functions refer to each other without end
 */
export function resolvedValue(template: JsonObject, given: unknown): Resolved {
  const unknown = new Set<string>()
  const value = without(given, { template, unknown, depth: 0, steps: { left: MOST_VALUES } })
  return { value, unknown: [...unknown] }
}

type Place = { template: JsonObject; unknown: Set<string>; depth: number; steps: { left: number } }

/** What stands for no value at all: `!Ref AWS::NoValue`. */
const NOTHING = Symbol('AWS::NoValue')

function without(given: unknown, { depth, ...place }: Place): unknown {
  const inner: Place = { ...place, depth: depth + 1 }
  if (depth > DEEPEST) return ''
  if (place.steps.left-- <= 0) {
    throw unexpectedInput({
      at: 'the template',
      code: 'template-endless',
      expected: 'functions and anchors that come to an end',
      found: `more than ${MOST_VALUES} values in a resource`,
      remedy: 'one of them may be made of itself',
    })
  }
  if (Array.isArray(given)) return given.map((item) => without(item, inner)).filter((item) => item !== NOTHING)
  if (!isObject(given)) return given
  const [[name, argument] = ['', undefined], ...others] = Object.entries(given)
  const call = others.length === 0 && Object.hasOwn(CALLS, name) ? CALLS[name] : undefined
  if (call) return call(argument, inner)
  const fields = Object.entries(given).map(([key, value]) => [key, without(value, inner)] as const)
  return Object.fromEntries(fields.filter(([, value]) => value !== NOTHING))
}

const textOf = (given: unknown, place: Place): string => {
  const value = without(given, place)
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : ''
}

const listOf = (given: unknown, place: Place): unknown[] => {
  const value = without(given, place)
  return Array.isArray(value) ? value : []
}

const CALLS: Readonly<Record<string, (argument: unknown, place: Place) => unknown>> = {
  Ref: (name, place) => referred(String(name), place),
  'Fn::GetAtt': (argument, place) => {
    const [resource = '', ...attribute] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.')
    return attributeOf(resource, attribute.join('.'), place)
  },
  'Fn::Sub': (argument, place) => {
    const [text, own] = Array.isArray(argument) ? argument : [argument, {}]
    return String(text).replace(/\$\{(!?)([^}]+)\}/g, (whole, literal, name: string) => {
      if (literal) return whole.replace('!', '')
      const value = at(own, name)
      if (value !== undefined) return textOf(value, place)
      const [resource = '', ...attribute] = name.trim().split('.')
      return attribute.length > 0
        ? attributeOf(resource, attribute.join('.'), place)
        : textOf(referred(resource, place), place)
    })
  },
  'Fn::Join': (argument, place) => {
    const [separator, items] = Array.isArray(argument) ? argument : []
    return listOf(items, place)
      .map(String)
      .join(String(separator ?? ''))
  },
  'Fn::Select': (argument, place) => {
    const [index, items] = Array.isArray(argument) ? argument : []
    return listOf(items, place)[Number(textOf(index, place))] ?? ''
  },
  'Fn::Split': (argument, place) => {
    const [separator, text] = Array.isArray(argument) ? argument : []
    return textOf(text, place).split(String(separator ?? ','))
  },
  // Which it is depends on parameters: what holds where the condition does is as good a guess as the other.
  'Fn::If': (argument, place) => {
    const [condition, then] = Array.isArray(argument) ? argument : []
    place.unknown.add(`the condition ${String(condition)}, which is taken to hold`)
    return without(then, place)
  },
  'Fn::FindInMap': (argument, place) => {
    const keys = (Array.isArray(argument) ? argument : []).slice(0, 3).map((key) => textOf(key, place))
    const value = at(place.template.Mappings, ...(keys as [string, string, string]))
    if (value === undefined) place.unknown.add(`the mapping ${keys.join('.')}`)
    return value ?? ''
  },
  'Fn::ImportValue': (argument, place) => {
    const name = textOf(argument, place)
    place.unknown.add(`the export ${name} of another stack`)
    return name
  },
}

function referred(name: string, place: Place): unknown {
  if (name === 'AWS::NoValue') return NOTHING
  if (Object.hasOwn(PSEUDO, name)) {
    place.unknown.add(name === 'AWS::Region' ? `${name}, which is taken to be ${USUAL_REGION}` : name)
    return PSEUDO[name]
  }
  const type = at(place.template.Resources, name, 'Type')
  if (type === 'AWS::S3::Bucket') return bucketName(name, place)
  if (type !== undefined) return name
  const parameter = at(place.template.Parameters, name)
  const usual = at(parameter, 'Default')
  // Of a stack's own parameters; of those of Systems Manager the default is a name.
  const isText = !String(at(parameter, 'Type') ?? '').startsWith('AWS::SSM::')
  if (usual === undefined || !isText) place.unknown.add(`the parameter ${name}`)
  if (usual === undefined) return name
  return /List/.test(String(at(parameter, 'Type'))) ? String(usual).split(',') : usual
}

function bucketName(resource: string, place: Place): string {
  const name = at(place.template.Resources, resource, 'Properties', 'BucketName')
  if (name !== undefined) return textOf(name, place)
  place.unknown.add(`the name of the bucket ${resource}, which CloudFormation makes`)
  // It begins with the stack's name: Template Reference, AWS::S3::Bucket, BucketName.
  return `${PSEUDO['AWS::StackName']}-${resource.toLowerCase()}`.slice(0, 63)
}

/** What an attribute of a resource comes to. A bucket's is its host name; ids are the resource's own name, which is as good as any. */
function attributeOf(resource: string, attribute: string, place: Place): string {
  const type = at(place.template.Resources, resource, 'Type')
  if (type !== 'AWS::S3::Bucket') {
    if (/^(?:Id|Ref|PublicKeyId|KeyGroupId)$/.test(attribute)) return resource
    // An ARN is used only to tell which function or resource it is, and the resource's name tells that as well.
    if (!/arn$/i.test(attribute)) place.unknown.add(`what ${resource}.${attribute} is`)
    return `${resource}.${attribute}`
  }
  const bucket = bucketName(resource, place)
  place.unknown.add(`the region of the bucket ${resource}, which is taken to be ${USUAL_REGION}`)
  if (attribute === 'WebsiteURL') return `http://${bucket}.s3-website-${USUAL_REGION}.amazonaws.com`
  return attribute === 'Arn' ? `arn:aws:s3:::${bucket}` : `${bucket}.s3.${USUAL_REGION}.amazonaws.com`
}
