import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { main } from '../../../local/start.ts'
import { output } from '../cli/kit/fixture-output.ts'
import { temporaryFolder } from './fixture.ts'

async function run(...args: string[]) {
  const stdout = output()
  const stderr = output()
  const code = await main(args, stdout, stderr)
  return { code, stdout: stdout.said(), stderr: stderr.said() }
}

describe('npm start', () => {
  it('--help says all that it takes', async () => {
    const { code, stdout, stderr } = await run('--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const option of ['config', 'out', 'bucket', 'origin', 'https-port', 'http-port', 'pops', 'persist']) {
      expect(stdout).toContain(`\n  --${option} `)
    }
    for (const option of ['access-log', 'open', 'quiet', 'json']) expect(stdout).toContain(`\n  --${option} `)
    expect(stdout).toContain('Exit code: 0 ended by Ctrl-C')
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(120)
  })

  it('wrong usage ends with 2, before anything is built', async () => {
    const out = join(await temporaryFolder(), 'dist')
    expect(await run('--out', out, '--pops', 'many')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        '--pops: expected a number of edge locations from 1 to 99, found "many"\n`rimlight start --help` says how to use it\n',
    })
    await expect(readdir(out)).rejects.toThrow('ENOENT')
  })

  it('a config with a mistake ends with 2 and what the build says', async () => {
    const folder = await temporaryFolder()
    const config = join(folder, 'edge.config.json')
    await writeFile(config, '{ "domains": ["cdn.example.com"], "origins": {}, "routes": [] }')
    const { code, stdout, stderr } = await run('--config', config, '--out', join(folder, 'dist'))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(
      /^\S+edge\.config\.json has \w+ problems?; nothing was built:\n {2}routes: expected at least one route/,
    )
    expect(await readdir(folder)).toEqual(['edge.config.json'])
  })

  it('a config that is not there ends with 2, and programs are told as well', async () => {
    const { code, stdout, stderr } = await run('--config', 'none.ts', '--json')
    const message =
      'none.ts: expected a config file, found none that can be read (ENOENT). Name one with --config FILE.'
    expect({ code, stderr }).toEqual({ code: 2, stderr: `${message}\n` })
    expect(
      stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        error: {
          code: 'config-unreadable',
          message,
          expected: 'a config file',
          found: 'none that can be read (ENOENT)',
        },
      },
    ])
  })

  it('all that is wrong with options, folders, ports and names is said at once, before anything is built', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'file')
    await writeFile(file, '')
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { code, stdout, stderr } = await run(
      ...['--out', join(file, 'dist'), '--persist', file, '--access-log', join(file, 'no', 'log')],
      ...['--keys', join(folder, 'keys.json'), '--https-port', String(port), '--http-port', '0'],
      ...['--bucket', `photos=${join(folder, 'pictures')}`, '--origin', 'other=http://localhost:1'],
    )
    server.close()
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.split('\n')).toEqual([
      `port ${port} is in use; choose another with --https-port`,
      `--out: expected a folder that files can be written into, found the file ${file}`,
      `--persist: expected a folder that files can be written into, found the file ${file}`,
      `--access-log: expected a file that can be written, found the file ${file}`,
      expect.stringMatching(/^--keys: expected a file that can be read, found .*keys\.json: ENOENT/),
      '--origin other: the config has no such origin, only photos, api',
      `bucket photos: expected a folder, found none at ${join(folder, 'pictures')}`,
      '',
    ])
    expect(await readdir(folder)).toEqual(['file'])
  })

  it('leaves no listener for Ctrl-C behind', async () => {
    const before = process.listenerCount('SIGINT')
    await run('--help')
    expect(process.listenerCount('SIGINT')).toBe(before)
  })
})
