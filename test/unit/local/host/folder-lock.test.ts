import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../../../../base/root.ts'
import { lockFolder } from '../../../../local/host/folder-lock.ts'
import { temporaryFolder } from '../fixture.ts'

const thrownBy = (work: () => unknown) => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

it('a folder is locked until it is given back', async () => {
  const folder = await temporaryFolder()
  const release = lockFolder(folder)
  expect(thrownBy(() => lockFolder(folder))).toMatchObject({
    code: 'storage-in-use',
    message: `${folder}: another \`rimlight start\` keeps its buckets and caches there; end that one, or choose another folder`,
  })
  release()
  lockFolder(folder)()
  expect(await readdir(folder)).toEqual(['lock'])
})

it('the lock of a process that was ended by SIGKILL is gone', async () => {
  const folder = await temporaryFolder()
  const module = JSON.stringify(join(ROOT, 'local/host/folder-lock.ts'))
  const code = `import(${module}).then(({ lockFolder }) => { lockFolder(process.argv[1]); console.log('locked') }); setInterval(() => {}, 1000)`
  const holder = spawn(process.execPath, ['-e', code, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(holder.stdout, 'data')
    expect(thrownBy(() => lockFolder(folder))).toMatchObject({ code: 'storage-in-use' })
  } finally {
    holder.kill('SIGKILL')
    await once(holder, 'close')
  }
  lockFolder(folder)()
})

it('a folder that is not there is another error', async () => {
  const folder = join(await temporaryFolder(), 'none')
  expect(thrownBy(() => lockFolder(folder))).toMatchObject({ code: 'storage-unwritable' })
})
