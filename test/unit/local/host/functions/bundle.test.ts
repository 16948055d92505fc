import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { openBundle } from '../../../../../local/host/functions/bundle.ts'
import { hasNjs } from '../../../../../local/host/functions/njs.ts'
import {
  functionEvent,
  ORIGIN_REQUEST,
  originRequestEvent,
  temporaryFolder,
  VIEWER_REQUEST,
  writeBundle,
} from '../../fixture.ts'

let folder: string
beforeEach(async () => {
  folder = await writeBundle(await temporaryFolder(), {
    'viewer-request': VIEWER_REQUEST,
    'origin-request': ORIGIN_REQUEST,
  })
})

it('opens what is there, each once', async () => {
  const bundle = await openBundle(folder)
  expect(bundle.artefact('viewer-request')?.kind).toBe('function')
  expect(bundle.artefact('origin-response')).toBeUndefined()
  const engines = await bundle.engines('viewer-request')
  expect(engines.map(({ name }) => name)).toEqual(hasNjs() ? ['njs', 'workerd'] : ['workerd'])
  expect(await bundle.engines('viewer-request')).toBe(engines)
  for (const engine of engines) expect(await engine.run([functionEvent()])).toMatchObject([{ kind: 'returned' }])
  const lambda = await bundle.lambda('origin-request')
  expect(await lambda.invoke(originRequestEvent())).toMatchObject({ kind: 'returned' })
  await bundle.close()
})

it('says so when there is no manifest', async () => {
  await expect(openBundle(join(folder, 'none'))).rejects.toThrow(
    `${join(folder, 'none', 'manifest.json')}: not found; \`rimlight build\` writes the bundle to dist, or name another with --dist`,
  )
})

it.each(['nonsense', '{}', '{"artefacts":{}}', '{"artefacts":{"viewer-request":{"file":1}}}'])(
  'refuses the manifest %s',
  async (text) => {
    await writeFile(join(folder, 'manifest.json'), text)
    await expect(openBundle(folder)).rejects.toThrow('not a manifest of a bundle; run `rimlight build` again')
  },
)

it('says so when a file is missing', async () => {
  await rm(join(folder, 'origin-request.zip'))
  await expect(openBundle(folder)).rejects.toThrow(
    `${join(folder, 'origin-request.zip')}: not found, although the manifest names it; run \`rimlight build\` again`,
  )
})

it('says so when a file is not the one that was built', async () => {
  await writeFile(join(folder, 'viewer-request.js'), 'function handler(event) { return event.request }')
  await expect(openBundle(folder)).rejects.toThrow(
    /viewer-request\.js: not the file that was built: the manifest says sha256 [0-9a-f]{64}, the file has [0-9a-f]{64}; run `rimlight build` again$/,
  )
})

it('names the file that does not load', async () => {
  await writeBundle(folder, { 'viewer-request': 'function handler( {' })
  const bundle = await openBundle(folder)
  await expect(bundle.engines('viewer-request')).rejects.toThrow(
    /viewer-request\.js: the function does not load in (njs|workerd): SyntaxError: /,
  )
  await bundle.close()
})
