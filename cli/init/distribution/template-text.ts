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

/**
 * @param file as errors name it
 * @returns the template; of what `aws cloudformation get-template` prints, the one in it
 * @throws InputError where it is neither JSON nor YAML, or no template
 */
export function parseTemplate(text: string, file: string): JsonObject {
  const document = documentOf(text, file)
  const body = at(document, 'TemplateBody')
  const template = typeof body === 'string' ? documentOf(body, file) : (body ?? document)
  if (isObject(template) && isObject(template.Resources)) return template
  const expected = 'a CloudFormation template'
  throw unexpectedInput({ at: file, code: 'not-a-template', expected, found: 'no Resources in it' })
}

function documentOf(text: string, file: string): unknown {
  const document: Document.Parsed = parseDocument(text, { customTags: TAGS, logLevel: 'silent' })
  const [error] = document.errors
  try {
    if (error) throw error
    // Aliases within aliases make gigabytes of a line: as many as a person writes are followed.
    return document.toJS({ maxAliasCount: 1_000 })
  } catch (cause) {
    const expected = 'JSON or YAML'
    const found = (cause as Error).message.replace(/:?\n[\s\S]*$/, '')
    throw unexpectedInput({ at: file, code: 'not-yaml', expected, found, cause })
  }
}
