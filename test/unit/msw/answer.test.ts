import { expect, it } from 'vitest'
import { checkConfig } from '../../../build/config.ts'
import { policiesOf } from '../../../build/policies.ts'
import { answer } from '../../../msw/answer.ts'
import { mockedStore } from '../../../msw/objects.ts'
import { triggersOf } from '../../../msw/triggers.ts'
import { photo } from '../../images/pictures.ts'

const settings = checkConfig(
  {
    domains: ['cdn.example.com'],
    origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
    routes: [{ path: '/*', origin: 'photos', cache: { default: '24h' }, images: true }],
  },
  'a config',
)

it('a picture is served as it is where there is no sharp, as at the edge', async () => {
  const picture = await photo(300, 200).jpeg().toBuffer()
  const stores = new Map([['example-photos', mockedStore('photos', { 'a.jpg': picture })]])
  const without = (name: string): never => {
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
  }
  const site = { policies: policiesOf(settings), triggers: await triggersOf(settings, stores, without), stores }
  const request = new Request('https://cdn.example.com/a.jpg?w=64', { headers: { accept: 'image/webp' } })
  const answered = await answer(site, request)
  if (!answered) throw new Error('expected an answer')
  const { response, key } = answered
  expect(key).toBe('/a.jpg?fm=webp&w=64')
  expect(response.headers.get('x-rimlight')).toBe('original; reason=disabled')
  expect(response.headers.get('cache-control')).toBe('public, max-age=60')
  expect(Buffer.from(await response.arrayBuffer())).toEqual(picture)
})
