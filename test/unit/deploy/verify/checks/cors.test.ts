import { expect, it } from 'vitest'
import { appliesTo, asked } from '../fixture-asking.ts'
import { placesFor } from '../fixture-places.ts'

it('what an origin may say to strangers itself is kept out of the question', async () => {
  const places = placesFor(
    { path: '/a/*', origin: 'api' },
    { path: '/b/*', origin: 'api', cors: { origins: ['https://www.example.com'] } },
    { path: '/c/*', origin: 'api', cors: { origins: '*' } },
    { path: '/d/*', cache: 'never' },
  ).filter((place) => appliesTo('cors-stranger', place))
  const paths: string[] = []
  for (const place of places) {
    const { finding, questions } = await asked('cors-stranger', place)
    expect(finding.status).toBe('holds')
    paths.push(...questions.map(({ path }) => path.replace(/rl[0-9a-f]{12}$/, '')))
  }
  const refused = ['/a/', '/b/', '/d/'].map((folder) => `${folder}rimlight-verify-%01`)
  expect(paths).toEqual([...refused, '/rimlight-verify-'])
})
