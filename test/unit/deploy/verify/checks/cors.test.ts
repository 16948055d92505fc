import { expect, it } from 'vitest'
import { appliesTo, asked } from '../fixture-asking.ts'
import { targetsFor } from '../fixture-targets.ts'

it('what an origin may say to strangers itself is kept out of the request', async () => {
  const targets = targetsFor(
    { path: '/a/*', origin: 'api' },
    { path: '/b/*', origin: 'api', cors: { origins: ['https://www.example.com'] } },
    { path: '/c/*', origin: 'api', cors: { origins: '*' } },
    { path: '/d/*', cache: 'never' },
  ).filter((target) => appliesTo('cors-stranger', target))
  const paths: string[] = []
  for (const target of targets) {
    const { finding, requests } = await asked('cors-stranger', target)
    expect(finding.status).toBe('holds')
    paths.push(...requests.map(({ path }) => path.replace(/rl[0-9a-f]{12}$/, '')))
  }
  const refused = ['/a/', '/b/', '/d/'].map((folder) => `${folder}rimlight-verify-%01`)
  expect(paths).toEqual([...refused, '/rimlight-verify-'])
})
