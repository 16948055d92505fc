/** Puts the public keys that a config names as files in the place of their names. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isObject } from '../base/json-values.ts'

/**
 * The config with the contents of its key files. What can't be read stays as it is, for the check to name it.
 * @param folder of the config file: names are relative to it
 */
export async function withKeyFiles(config: unknown, folder: string): Promise<unknown> {
  if (!isObject(config)) return config
  const { keyGroups, routes } = config
  return {
    ...config,
    ...(isObject(keyGroups) ? { keyGroups: await withPems(keyGroups, folder) } : {}),
    ...(Array.isArray(routes) ? { routes: await Promise.all(routes.map((route) => withJwks(route, folder))) } : {}),
  }
}

async function withPems(groups: Record<string, unknown>, folder: string): Promise<Record<string, unknown>> {
  const pemOf = async (key: unknown) =>
    typeof key === 'string' && !key.includes('-----BEGIN ') ? ((await textOf(key, folder)) ?? key) : key
  const entries = Object.entries(groups).map(async ([name, keys]) => [
    name,
    Array.isArray(keys) ? await Promise.all(keys.map(pemOf)) : keys,
  ])
  return Object.fromEntries(await Promise.all(entries))
}

async function withJwks(route: unknown, folder: string): Promise<unknown> {
  if (!isObject(route) || !isObject(route.auth)) return route
  const { jwks } = route.auth
  if (typeof jwks !== 'string' || jwks.startsWith('https:')) return route
  return { ...route, auth: { ...route.auth, jwks: parsed(await textOf(jwks, folder)) ?? jwks } }
}

const textOf = (file: string, folder: string): Promise<string | undefined> =>
  readFile(resolve(folder, file), 'utf8').catch(() => undefined)

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
