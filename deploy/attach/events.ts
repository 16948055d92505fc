/** Events for TestFunction, one per route. Shape: Developer Guide, "CloudFront Functions event structure". */
import type { BuiltBundle } from '../../bundle/read-bundle.ts'

export type TestEvent = { path: string; event: object }

export function testEvents(distribution: string, { settings }: BuiltBundle): TestEvent[] {
  const host = settings.domains[0] ?? 'www.example.com'
  return settings.routes.map(({ path: pattern, version, query, images }) => {
    const path = sampleOf(pattern, images !== null)
    const parameters: Record<string, string> = {
      ...(version ? { [version]: '1700000000' } : {}),
      ...Object.fromEntries(query.map((name) => [name, '1'])),
      ...(images ? { w: '640', h: '427', fit: 'crop', q: '75' } : {}),
      utm_source: 'newsletter',
    }
    return {
      path,
      event: {
        version: '1.0',
        context: { eventType: 'viewer-request', distributionId: distribution },
        viewer: { ip: '203.0.113.1' },
        request: {
          method: 'GET',
          uri: path,
          querystring: fields(parameters),
          headers: fields({ host, accept: 'image/avif,image/webp,image/*,*/*;q=0.8', 'user-agent': 'Mozilla/5.0' }),
          cookies: {},
        },
      },
    }
  })
}

const fields = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]))

/** A path that the pattern takes, with an escape in it: what takes the function longest. */
function sampleOf(pattern: string, isImage: boolean): string {
  const path = pattern.replaceAll('?', 'x').replace(/\*+$/, isImage ? 'caf%c3%a9/sample.jpg' : 'sample%7epage')
  const whole = path.replaceAll('*', 'sample')
  return whole.startsWith('/') ? whole : `/${whole}`
}
