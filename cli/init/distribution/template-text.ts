/** A CloudFormation template as values: JSON, or YAML with the short forms of CloudFormation's functions. */
import {
  type CollectionTag,
  type Document,
  Pair,
  parseDocument,
  Scalar,
  type ScalarTag,
  YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { unexpectedInput } from '../../../base/errors.ts'
import { at, isObject, type JsonObject } from '../../../base/json-values.ts'

/** CloudFormation Template Reference, "Intrinsic functions": `!GetAtt` is `Fn::GetAtt`; these two are without `Fn::`. */
const FUNCTIONS = [
  ...[
    'And',
    'Base64',
    'Cidr',
    'Equals',
    'FindInMap',
    'ForEach',
    'GetAtt',
    'GetAZs',
    'If',
    'ImportValue',
    'Join',
    'Length',
  ],
  ...['Not', 'Or', 'Select', 'Split', 'Sub', 'ToJsonString', 'Transform'],
]
const PLAIN = ['Ref', 'Condition']

const called = (name: string, value: unknown): YAMLMap => {
  const map = new YAMLMap()
  map.items.push(new Pair(new Scalar(name), value))
  return map
}

const tagsOf = (short: string, name: string): (ScalarTag | CollectionTag)[] => [
  { tag: `!${short}`, resolve: (text) => ({ [name]: text }) },
  { tag: `!${short}`, collection: 'seq', resolve: (seq) => called(name, seq as YAMLSeq) },
  { tag: `!${short}`, collection: 'map', resolve: (map) => called(name, map as YAMLMap) },
]

const TAGS = [
  ...PLAIN.flatMap((name) => tagsOf(name, name)),
  ...FUNCTIONS.flatMap((name) => tagsOf(name, `Fn::${name}`)),
]

/** CloudFormation User Guide, "Quotas": a template has 1 MB at most. AWS's command prints it as a JSON text, with its quotes escaped. */
const MOST_CHARACTERS = 4_000_000

/**
 * @param file as errors name it
 * @returns the template; of what `aws cloudformation get-template` prints, the one in it
 * @throws InputError where it is neither JSON nor YAML, or no template
 */
export function parseTemplate(text: string, file: string): JsonObject {
  if (text.length > MOST_CHARACTERS) {
    const expected = 'a template, of which CloudFormation takes 1 MB'
    const found = `${Math.round(text.length / 1_000_000)} MB`
    throw unexpectedInput({ at: file, code: 'not-a-template', expected, found })
  }
  const document = documentOf(text, file)
  const body = at(document, 'TemplateBody')
  const template = typeof body === 'string' ? documentOf(body, file) : (body ?? document)
  if (isObject(template) && isObject(template.Resources)) return template
  const expected = 'a CloudFormation template'
  const remedy = isTerraform(document) ? '--from-terraform reads what Terraform prints' : undefined
  throw unexpectedInput({ at: file, code: 'not-a-template', expected, found: 'no Resources in it', remedy })
}

const isTerraform = (document: unknown): boolean =>
  isObject(document) && ['terraform_version', 'planned_values'].some((name) => Object.hasOwn(document, name))

function documentOf(text: string, file: string): unknown {
  // Tools mostly write templates as JSON. That is YAML as well, but a parser of JSON reads it a hundred times faster.
  const json = jsonOf(text)
  if (json !== undefined) return json
  const document: Document.Parsed = parseDocument(text, { customTags: TAGS, logLevel: 'silent' })
  const [error] = document.errors
  const unknownTag = document.warnings.find(({ code }) => code === 'TAG_RESOLVE_FAILED')
  try {
    if (unknownTag) throw unknownTag
    if (error) throw error
    // Aliases within aliases make gigabytes of a line: as many as a person writes are followed.
    return document.toJS({ maxAliasCount: 1_000 })
  } catch (cause) {
    const expected = 'JSON or YAML'
    const found = (cause as Error).message.replace(/:?\n[\s\S]*$/, '')
    throw unexpectedInput({ at: file, code: 'not-yaml', expected, found, cause })
  }
}

function jsonOf(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
