import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { copyOfTree, filesIn, runBuild } from './tree.ts'

test('the same sources give the same bytes, wherever and whenever they are built', async () => {
  const first = await copyOfTree()
  const one = await runBuild(first, ['--config', 'config.json'], {
    umask: '022',
    env: { NODE_OPTIONS: '', TZ: 'Pacific/Kiritimati', LANG: 'C', LC_ALL: 'C', COLUMNS: '40' },
  })
  expect(one).toMatchObject({ code: 0, stderr: '' })

  const [second, elsewhere, home] = [await copyOfTree(), await temporaryFolder(), await temporaryFolder()]
  await mkdir(join(elsewhere, 'deep'))
  const two = await runBuild(
    second,
    ['--config', join(second, 'config.json'), '--out', join(elsewhere, 'deep', 'out'), '--json'],
    {
      umask: '077',
      cwd: elsewhere,
      env: { NODE_OPTIONS: '', TZ: 'America/New_York', LANG: 'de_DE.UTF-8', LC_ALL: 'tr_TR.UTF-8', HOME: home },
    },
  )
  expect(two).toMatchObject({ code: 0, stderr: '' })

  const built = await filesIn(join(first, 'dist'))
  expect(Object.keys(built)).toEqual([
    'config.json',
    'manifest.json',
    'origin-request.zip',
    'origin-response.zip',
    'policies.json',
    'viewer-request.js',
  ])
  expect(await filesIn(join(elsewhere, 'deep', 'out'))).toEqual(built)
})
