import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Policies } from '../edge/policies.ts'
import { InputError } from './input-error.ts'
import { isObject } from './shape.ts'

/** @throws InputError if the folder has no `policies.json`, or one of an older build */
export async function readPolicies(folder: string): Promise<Policies> {
  const path = join(folder, 'policies.json')
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new InputError(`${path}: not found; \`npm run build\` writes it`, { cause })
  })
  const policies = parsed(text)
  if (policies === undefined) throw new InputError(`${path}: not the policies of a bundle; run \`npm run build\` again`)
  return policies
}

function parsed(text: string): Policies | undefined {
  try {
    const value = JSON.parse(text)
    const isWhole = ['behaviours', 'cachePolicies', 'domains'].every((key) => Array.isArray(value?.[key]))
    return isWhole && value.behaviours.length > 0 && isObject(value.origins) ? value : undefined
  } catch {
    return undefined
  }
}
