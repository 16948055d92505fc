/**
 * The resources of Terraform and OpenTofu: of a state or a plan as `terraform show -json` prints it, or of the state itself,
 * as `terraform.tfstate` and `terraform state pull` have it.
 */
import { at, isObject, type JsonObject } from '../../../base/json-values.ts'
import { all, blocks, text } from './terraform-values.ts'

export type Resource = {
  type: string
  /** `module.cdn["a"].aws_cloudfront_distribution.site[0]`; of a state itself, without its module. */
  address: string
  /** Read, and not made: `data`. */
  isData: boolean
  values: JsonObject
}

/** What a value is that a plan does not know. */
export const NOT_KNOWN = '(known after apply)'

/** Terraform: "JSON Output Format", the representations of values and of plans. */
export function resourcesOf(document: unknown): Resource[] {
  const shown = [at(document, 'values', 'root_module'), at(document, 'planned_values', 'root_module')].flatMap(
    resourcesIn,
  )
  const changes = new Map(blocks(document, 'resource_changes').map((one) => [text(one, 'address'), at(one, 'change')]))
  const planned = shown.map((resource) => {
    const change = changes.get(resource.address)
    return change === undefined ? resource : { ...resource, values: plannedValues(resource.values, change) }
  })
  const addresses = new Set(planned.map(({ address }) => address))
  // Resources that a plan has read already, such as policies made elsewhere.
  const before = resourcesIn(at(document, 'prior_state', 'values', 'root_module'))
  return [...planned, ...before.filter(({ address }) => !addresses.has(address)), ...resourcesOfState(document)]
}

function resourcesIn(root: unknown): Resource[] {
  const found: Resource[] = []
  const modules = [root]
  for (let module = modules.shift(); module !== undefined; module = modules.shift()) {
    found.push(
      ...blocks(module, 'resources').flatMap((one) =>
        isObject(one.values)
          ? [
              {
                type: text(one, 'type'),
                address: text(one, 'address'),
                isData: one.mode === 'data',
                values: one.values,
              },
            ]
          : [],
      ),
    )
    modules.unshift(...blocks(module, 'child_modules'))
  }
  return found
}

/** The values with `NOT_KNOWN` where a plan knows none yet: it leaves those out, as if they were not set. */
function plannedValues(values: JsonObject, change: unknown): JsonObject {
  const after = at(change, 'after')
  const unknown = at(change, 'after_unknown')
  return isObject(after) ? (marked(after, unknown) as JsonObject) : values
}

function marked(value: unknown, unknown: unknown): unknown {
  if (unknown === true) return NOT_KNOWN
  if (Array.isArray(value)) return value.map((item, i) => marked(item, at(unknown, i)))
  if (!isObject(value) || !isObject(unknown)) return value
  const fields = [...new Set([...Object.keys(value), ...Object.keys(unknown)])].map(
    (key) => [key, marked(value[key], unknown[key])] as const,
  )
  return Object.fromEntries(fields.filter(([, field]) => field !== undefined && !isEmpty(field)))
}

/** In `after_unknown`, blocks without unknown values. */
const isEmpty = (value: unknown): boolean => isObject(value) && Object.keys(value).length === 0

/** State snapshots, version 4: those that Terraform writes since 0.12. */
const resourcesOfState = (document: unknown): Resource[] =>
  blocks(document, 'resources').flatMap((one) =>
    all(one, 'instances').flatMap((instance) => {
      const values = at(instance, 'attributes')
      const key = at(instance, 'index_key')
      const address = `${text(one, 'type')}.${text(one, 'name')}${key === undefined ? '' : `[${JSON.stringify(key)}]`}`
      // A deposed instance has been replaced, and is to be destroyed.
      if (!isObject(values) || at(instance, 'deposed') !== undefined) return []
      return [{ type: text(one, 'type'), address, isData: one.mode === 'data', values }]
    }),
  )
