/** Puts the public keys that a config names as files in the place of their names. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isObject } from '../base/json-values.ts'

/** Gets the absolute name of each file that is looked for, whether it is there or not. */
export type OnKeyFile = (file: string) => void

/**
 * The config with the contents of its key files. What can't be read stays as it is, for the check to name it.
 * @param folder of the config file: names are relative to it
 */
export async function withKeyFiles(config: unknown, folder: string, onKeyFile: OnKeyFile = () => {}): Promise<unknown> {
  if (!isObject(config)) return config
  const read: ReadKeyFile = (name) => {
    const file = resolve(folder, name)
    onKeyFile(file)
    return readFile(file, 'utf8').catch(() => undefined)
  }
  const { keyGroups, routes } = config
  return {
    ...config,
    ...(isObject(keyGroups) ? { keyGroups: await withPems(keyGroups, read) } : {}),
    ...(Array.isArray(routes) ? { routes: await Promise.all(routes.map((route) => withJwks(route, read))) } : {}),
  }
}

/** `undefined`: it can't be read. */
type ReadKeyFile = (name: string) => Promise<string | undefined>

async function withPems(groups: Record<string, unknown>, read: ReadKeyFile): Promise<Record<string, unknown>> {
  const pemOf = async (key: unknown) =>
    typeof key === 'string' && !key.includes('-----BEGIN ') ? ((await read(key)) ?? key) : key
  const entries = Object.entries(groups).map(async ([name, keys]) => [
    name,
    Array.isArray(keys) ? await Promise.all(keys.map(pemOf)) : keys,
  ])
  return Object.fromEntries(await Promise.all(entries))
}

async function withJwks(route: unknown, read: ReadKeyFile): Promise<unknown> {
  if (!isObject(route) || !isObject(route.auth)) return route
  const { jwks } = route.auth
  if (typeof jwks !== 'string' || jwks.startsWith('https:')) return route
  return { ...route, auth: { ...route.auth, jwks: parsed(await read(jwks)) ?? jwks } }
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
