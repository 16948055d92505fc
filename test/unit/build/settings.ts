import { checkConfig } from '../../../build/config.ts'
import type { Settings } from '../../../bundle/settings.ts'

/** A config that is right, as plain data. */
export const config = () => ({
  domains: ['cdn.example.com'],
  origins: {
    photos: { bucket: 'example-photos', region: 'us-east-1' },
    api: { domain: 'api.example.com' },
  },
  routes: [
    { path: '/drafts/*', origin: 'photos', cache: 'never' },
    { path: '/api/*', origin: 'api', cache: {} },
    { path: '/*', origin: 'photos', cache: {} },
  ],
})

/** The right config with another value at a path such as `routes[2].images`; `undefined` removes what is there. */
export function configWith(changes: Record<string, unknown>): unknown {
  const changed: unknown = config()
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split(/[.[\]]+/).filter(Boolean)
    const last = steps.pop() as string
    const parent = steps.reduce(
      (part, step) => {
        part[step] ??= {}
        return part[step] as Record<string, unknown>
      },
      changed as Record<string, unknown>,
    )
    if (value === undefined) delete parent[last]
    else parent[last] = value
  }
  return changed
}

export const settingsWith = (changes: Record<string, unknown> = {}): Settings =>
  checkConfig(configWith(changes), 'edge.config.json')
