import { chmod, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openBrowser } from '../../../../local/start/browser.ts'
import { temporaryFolder } from '../fixture.ts'

const PAGE = 'https://localhost:8443/__rimlight/'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe.runIf(process.platform === 'linux')('a browser', () => {
  it('is given the page', async () => {
    const folder = await temporaryFolder()
    const done = join(folder, 'done')
    await writeFile(
      join(folder, 'xdg-open'),
      `#!/bin/sh\nprintf %s "$1" > '${done}.part' && mv '${done}.part' '${done}'\n`,
    )
    await chmod(join(folder, 'xdg-open'), 0o755)
    vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`)
    const failed: string[] = []
    openBrowser(PAGE, (message) => failed.push(message))
    await vi.waitFor(async () => expect(await readFile(done, 'utf8')).toBe(PAGE), { timeout: 20_000 })
    expect(failed).toEqual([])
  })

  it('that there is none is said in a line', async () => {
    vi.stubEnv('PATH', await temporaryFolder())
    expect(await new Promise((resolve) => openBrowser(PAGE, resolve))).toBe(
      `No browser could be opened (spawn xdg-open ENOENT); the page is at ${PAGE}`,
    )
  })

  it('so is one that does not open', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'xdg-open'), '#!/bin/sh\nexit 3\n')
    await chmod(join(folder, 'xdg-open'), 0o755)
    vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`)
    expect(await new Promise((resolve) => openBrowser(PAGE, resolve))).toBe(
      `No browser could be opened (xdg-open ended with 3); the page is at ${PAGE}`,
    )
  })
})
