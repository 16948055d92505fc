/** The real SDK, and a server in CloudFront's place. */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { invalidateDistribution } from '../../../deploy/invalidate.ts'
import { listening } from '../../listener.ts'

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY')
})
afterEach(() => vi.unstubAllEnvs())

const REQUEST = {
  ...{ distribution: 'EDFDVBD6EXAMPLE', paths: ['/a', '/b*'], reference: undefined },
  ...{ isAwaited: false, isAgreed: false },
}
const PROGRESS = { created() {}, waiting() {} }

const ANSWER = `<Invalidation xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>I2J0</Id><Status>InProgress</Status></Invalidation>`

it('an answer that was lost: the same request is sent again, under the same reference', async () => {
  const received: string[] = []
  const server = await listening(
    createServer(async (request, response) => {
      received.push(`${request.method} ${request.url} ${await text(request)}`)
      if (received.length === 1) request.socket.destroy()
      else response.writeHead(201, { 'content-type': 'text/xml' }).end(ANSWER)
    }),
  )
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFRONT', server.url)
  const { id, reference } = await invalidateDistribution(REQUEST, PROGRESS)
  await server.close()
  expect(id).toBe('I2J0')
  expect(received).toHaveLength(2)
  expect(received[0]).toMatch(/^POST \/2020-05-31\/distribution\/EDFDVBD6EXAMPLE\/invalidation </)
  expect(received[0]).toContain(`<CallerReference>${reference}</CallerReference>`)
  expect(received[0]).toContain('<Items><Path>/a</Path><Path>/b*</Path></Items>')
  expect(received[1]).toBe(received[0])
})

it('no answer at all: how to ask again without doing it twice', async () => {
  const server = await listening(createServer((request) => request.socket.destroy()))
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFRONT', server.url)
  await expect(invalidateDistribution({ ...REQUEST, reference: 'build-7' }, PROGRESS)).rejects.toThrow(
    /^CloudFront does not answer \(.*\); whether the invalidation was created is not known: run the same command again with --reference build-7, and it is created once$/,
  )
  await server.close()
})
