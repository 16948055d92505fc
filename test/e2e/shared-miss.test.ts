/** Many viewers on one connection who share misses: each goes on in its own request, whoever brought the object. */
import { once } from 'node:events'
import { connect } from 'node:http2'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { runs } from '../runs.ts'
import { started } from './site.ts'

const ROUNDS = runs(250)

it('requests that share a miss all get its answer', async () => {
  const cloudfront = await started({
    domains: ['cdn.example.com'],
    origins: { sites: { bucket: 'example-sites', region: 'us-east-1' } },
    routes: [{ path: '/*', origin: 'sites', cache: { default: '1h' } }],
  })
  const session = connect(cloudfront.httpsUrl, { rejectUnauthorized: false })
  const statusOf = async (path: string) => {
    const stream = session.request({ ':authority': 'cdn.example.com', ':path': path })
    const [head] = await once(stream, 'response')
    await text(stream)
    return head[':status']
  }
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const asked = Array.from({ length: 32 }, (_, i) => statusOf(`/missing-${round}-${i % 8}.txt`))
      expect(new Set(await Promise.all(asked)), `round ${round}`).toEqual(new Set([404]))
    }
  } finally {
    session.destroy()
    await cloudfront.stop()
  }
}, 180_000)
