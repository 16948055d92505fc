import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import net, { type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { sampleOf } from '../runs.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import {
  descendantsOf,
  get,
  invalidate,
  isRunning,
  type Said,
  type StartCommand,
  startCommand,
} from './start-command.ts'

const SAMPLES = fileURLToPath(new URL('../../local/samples', import.meta.url))
const EXAMPLE_CONFIG = fileURLToPath(new URL('../../edge.config.ts', import.meta.url))
const WEBP = { accept: 'image/avif,image/webp,image/*,*/*;q=0.8' }

const hasCurl = (() => {
  try {
    return execFileSync('curl', ['--version']).includes('https')
  } catch {
    return false
  }
})()

/** A folder of its own for everything that a command writes. */
async function folders() {
  const root = await temporaryFolder()
  const temporary = join(root, 'tmp')
  await mkdir(temporary)
  return { root, temporary, out: join(root, 'dist') }
}

const FREE_PORTS = ['--https-port', '0', '--http-port', '0']

/** `edge.config.ts`, in another place, and without pictures: none is asked for, and their libraries make starts and builds slow. */
async function copyConfig(folder: string, change: (text: string) => string = (text) => text): Promise<string> {
  const path = join(folder, 'edge.config.ts')
  const text = await readFile(EXAMPLE_CONFIG, 'utf8')
  await writeFile(path, change(text.replace("'./edge/config.ts'", "'rimlight'").replace('images: true, ', '')))
  return path
}

const refuses = async (url: string) => {
  const { hostname, port } = new URL(url)
  const socket = net.connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname)
  const [result] = await Promise.race([once(socket, 'connect').then(() => ['connected']), once(socket, 'error')])
  socket.destroy()
  return result
}

describe('a clone, and npm start', () => {
  let place: Awaited<ReturnType<typeof folders>>
  let command: StartCommand
  let ready: Said<'ready'>
  let url: string

  beforeAll(async () => {
    place = await folders()
    const log = ['--access-log', join(place.root, '.rimlight/access.log')]
    command = startCommand([...FREE_PORTS, '--out', place.out, '--pops', '2', ...log], place.temporary)
    ready = await command.said('ready')
    url = ready.site.httpsUrl
  })
  afterAll(() => void command.child.kill('SIGKILL'))

  it('says what is where', () => {
    expect(ready.page).toBe(`${url}/__rimlight/`)
    expect(ready.site.pops).toHaveLength(2)
    expect(ready.site.origins).toEqual([
      { name: 'photos', behind: 'sample pictures' },
      { name: 'api', behind: 'https://api.example.com' },
    ])
    expect(ready.realOrigins).toEqual(['api'])
    expect(ready.examples).toHaveLength(3)
  })

  it('serves a picture: a Miss, then a Hit', async () => {
    const pop = { 'x-rimlight-pop': ready.site.pops[0] ?? '' }
    const answers = [await get(`${url}/photos/dusk.jpg`, pop), await get(`${url}/photos/dusk.jpg`, pop)]
    expect(answers.map(({ status, headers }) => [status, headers['x-cache']])).toEqual([
      [200, 'Miss from cloudfront'],
      [200, 'Hit from cloudfront'],
    ])
    const original = await readFile(join(SAMPLES, 'photos/dusk.jpg'))
    for (const { body } of answers) expect(body.equals(original)).toBe(true)
  })

  it('WebP to who takes it, the original to who does not', async () => {
    const webp = await get(`${url}/photos/lighthouse.jpg`, WEBP)
    expect(webp.headers['content-type']).toBe('image/webp')
    expect(webp.body.subarray(8, 12).toString()).toBe('WEBP')
    const other = await get(`${url}/photos/lighthouse.jpg`)
    expect(other.headers['content-type']).toBe('image/jpeg')
    expect(other.body.equals(await readFile(join(SAMPLES, 'photos/lighthouse.jpg')))).toBe(true)
  })

  it('every example shows something', async () => {
    for (const example of ready.examples) {
      const { status, headers } = await get(example.url, WEBP)
      expect([status, headers['content-type']]).toEqual([200, 'image/webp'])
    }
    const versioned = await get(ready.examples[2]?.url ?? '', WEBP)
    expect(versioned.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  })

  it.runIf(hasCurl)('to curl as well, which speaks HTTP/2 where it can', async () => {
    const file = join(place.root, 'curl.webp')
    const args = ['-sSk', '-H', `accept: ${WEBP.accept}`, '-o', file, '-D', '-', `${url}/photos/desert.jpg?w=96`]
    const head = execFileSync('curl', args).toString()
    expect(head).toMatch(/^HTTP\/(?:2|1\.1) 200 /)
    expect(head).toMatch(/^x-rimlight: webp; 96x\d+; q=80\r$/im)
    expect((await readFile(file)).subarray(8, 12).toString()).toBe('WEBP')
  })

  it('tells of each request, and remembers it', async () => {
    const { headers } = await get(`${url}/photos/forest.jpg?w=64`)
    const id = headers['x-amz-cf-id']
    const told = () => command.events.flatMap((said) => (said.event === 'request' ? [said.request] : []))
    await expect
      .poll(() => told().find((request) => request.id === id))
      .toMatchObject({ method: 'GET', path: '/photos/forest.jpg', status: 200 })
    const remembered = JSON.parse((await get(`${url}/__rimlight/requests`)).body.toString())
    expect(remembered.requests).toContainEqual(told().find((request) => request.id === id))
  })

  it('rimlight invalidate removes from every edge location', async () => {
    const at = (pop: string | undefined) => get(`${url}/drawings/balloons.png`, { 'x-rimlight-pop': pop ?? '' })
    for (const pop of ready.site.pops) await at(pop)
    expect(await invalidate('/drawings/*', '--url', url)).toEqual({
      code: 0,
      stdout: 'Removed 2 objects from the caches: /drawings/*\n',
    })
    for (const pop of ready.site.pops) expect((await at(pop)).headers['x-cache']).toBe('Miss from cloudfront')
  })

  it.runIf(process.platform === 'linux')('Ctrl-C ends all of it, and nothing is left', async () => {
    const processes = descendantsOf(command.child.pid as number)
    expect(processes.length).toBeGreaterThan(2)
    expect(await command.stop()).toEqual({ code: 0, stderr: '' })
    expect(command.events.slice(-2)).toEqual([{ event: 'stopping' }, { event: 'stopped' }])
    await vi.waitFor(() => expect(processes.filter(isRunning)).toEqual([]), { timeout: 20_000 })
    expect(await readdir(place.temporary)).toEqual([])
    for (const address of [url, ready.site.httpUrl])
      expect(await refuses(address)).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('the access log has a line of 33 fields for each request', async () => {
    const lines = (await readFile(join(place.root, '.rimlight/access.log'), 'utf8')).split('\n').slice(0, -1)
    expect(lines.slice(0, 2).map((line) => line.slice(0, 9))).toEqual(['#Version:', '#Fields: '])
    const requests = command.events.filter(({ event }) => event === 'request')
    expect(lines.slice(2)).toHaveLength(requests.length)
    for (const line of lines.slice(2)) expect(line.split('\t')).toHaveLength(33)
  })
})

describe('what stands in the way is said in a line', () => {
  let place: Awaited<ReturnType<typeof folders>>
  beforeEach(async () => {
    place = await folders()
  })

  const outcome = async (...args: string[]) => {
    const command = startCommand([...FREE_PORTS, '--out', place.out, ...args], place.temporary)
    const { code, stderr } = await command.ended
    // Nothing was built, and programs are told as well.
    expect(command.events).toEqual([{ error: expect.objectContaining({ message: stderr.trimEnd() }) }])
    await expect(readdir(place.out)).rejects.toThrow('ENOENT')
    expect(await readdir(place.temporary)).toEqual([])
    return [code, stderr]
  }

  it.each(['--https-port', '--http-port'])('a port in use: %s', async (option) => {
    const server = net.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    try {
      expect(await outcome(option, String(port))).toEqual([
        2,
        `port ${port} is in use; choose another with ${option}\n`,
      ])
    } finally {
      server.close()
    }
  })

  /** That they are found is shown without a process, too, in `test/unit/local`: a short run has the first and the last. */
  const MISTAKES: [string, string[], RegExp][] = [
    [
      'a folder that is not there',
      ['--bucket', 'no/such/folder'],
      /^bucket photos: expected a folder, found none at no\/such\/folder\n$/,
    ],
    [
      'a file',
      ['--bucket', `photos=${EXAMPLE_CONFIG}`],
      /^bucket photos: expected a folder, found none at .+edge\.config\.ts\n$/,
    ],
    [
      'an origin that is not in the config',
      ['--origin', 'other=http://localhost:1'],
      /^--origin other: the config has no such origin, only photos, api\n$/,
    ],
    [
      'a bucket that is not in the config',
      ['--bucket', 'other=.'],
      /^--bucket other: the config has no such origin, only photos\n$/,
    ],
    [
      'a folder for an API',
      ['--bucket', 'api=.'],
      /^--bucket api: this origin is no bucket; --origin api=URL stands in for it\n$/,
    ],
    [
      'a log that can not be written',
      ['--access-log', join(import.meta.filename, 'log')],
      /^--access-log: expected a file that can be written, found the file \S+start\.test\.ts\n$/,
    ],
  ]

  test.each(sampleOf(MISTAKES))('%s', async (_, args, message) => {
    expect(await outcome(...args)).toEqual([2, expect.stringMatching(message)])
  })
})

describe('a change of the config', () => {
  let place: Awaited<ReturnType<typeof folders>>
  let command: StartCommand
  afterEach(() => void command.child.kill('SIGKILL'))

  it('is built and reloaded; while it is broken, what ran before runs on', async () => {
    place = await folders()
    const config = await copyConfig(place.root)
    command = startCommand([...FREE_PORTS, '--config', config, '--out', place.out], place.temporary)
    const { site } = await command.said('ready')
    const lifetime = async () => (await get(`${site.httpsUrl}/photos/dusk.jpg`)).headers['cache-control']
    expect(await lifetime()).toBe('public, max-age=86400')

    await copyConfig(place.root, (text) => text.replace("'24h'", "'12h'"))
    expect(await command.said('reloaded')).toMatchObject({ isChanged: true })
    expect(await lifetime()).toBe('public, max-age=43200')

    await copyConfig(place.root, (text) => `${text}\noops(`)
    const { message } = await command.said('not-reloaded')
    expect(message).toContain('edge.config.ts')
    expect(await lifetime()).toBe('public, max-age=43200')

    // Another domain: the certificate is another as well.
    await copyConfig(place.root, (text) => text.replace('cdn.example.com', 'img.example.com'))
    expect(await command.said('reloaded', 2)).toMatchObject({ isChanged: true })
    expect(await lifetime()).toBe('public, max-age=86400')

    expect(await command.stop()).toEqual({ code: 0, stderr: '' })
    expect(await readdir(place.temporary)).toEqual([])
  })

  it('that no longer fits the options is said, and what ran before runs on', async () => {
    place = await folders()
    const config = await copyConfig(place.root)
    const api = ['--origin', 'api=http://127.0.0.1:9']
    command = startCommand([...FREE_PORTS, '--config', config, '--out', place.out, ...api], place.temporary)
    const { site } = await command.said('ready')
    await copyConfig(place.root, (text) => text.replaceAll('api:', 'rest:').replaceAll("'api'", "'rest'"))
    expect(await command.said('not-reloaded')).toEqual({
      event: 'not-reloaded',
      message: '--origin api: the config has no such origin, only photos, rest',
    })
    expect((await get(`${site.httpsUrl}/photos/dusk.jpg`)).status).toBe(200)
    expect(await command.stop()).toMatchObject({ code: 0 })
  })
})

describe('it ends', () => {
  it.runIf(process.platform === 'linux')('when nobody listens to it any more', async () => {
    const place = await folders()
    const config = ['--config', await copyConfig(place.root)]
    const command = startCommand([...FREE_PORTS, '--out', place.out, ...config], place.temporary)
    const { site } = await command.said('ready')
    const processes = descendantsOf(command.child.pid as number)
    command.child.stdout.destroy()
    await get(`${site.httpsUrl}/photos/dusk.jpg`)
    expect(await command.ended).toMatchObject({ code: 0 })
    await vi.waitFor(() => expect(processes.filter(isRunning)).toEqual([]), { timeout: 20_000 })
  })

  it.runIf(process.platform === 'linux')('in the middle of a build', async () => {
    const place = await folders()
    const command = startCommand([...FREE_PORTS, '--out', place.out], place.temporary)
    await command.said('building')
    expect(await command.stop()).toEqual({ code: 0, stderr: '' })
    expect(command.events.at(-1)).toEqual({ event: 'stopped' })
    expect(descendantsOf(process.pid).filter((pid) => pid === command.child.pid)).toEqual([])
    expect(await readdir(place.temporary)).toEqual([])
  })
})

describe.runIf(process.platform === 'linux')('what is left after SIGKILL', () => {
  it('is no process, and a folder that the next start takes up', async () => {
    const place = await folders()
    const persist = join(place.root, 'persist')
    const args = [...FREE_PORTS, '--config', await copyConfig(place.root), '--out', place.out, '--persist', persist]
    const first = startCommand(args, place.temporary)
    const { site } = await first.said('ready')
    await get(`${site.httpsUrl}/photos/dusk.jpg`)
    const processes = descendantsOf(first.child.pid as number)
    expect(processes.length).toBeGreaterThan(2)

    const second = startCommand(args, place.temporary)
    expect(await second.ended).toEqual({
      code: 2,
      stderr: `${persist}: another \`rimlight start\` keeps its buckets and caches there; end that one, or choose another folder\n`,
    })

    first.child.kill('SIGKILL')
    await vi.waitFor(() => expect(processes.filter(isRunning)).toEqual([]), { timeout: 20_000 })
    const third = startCommand(args, place.temporary)
    const { site: again } = await third.said('ready')
    const { headers } = await get(`${again.httpsUrl}/photos/dusk.jpg`)
    expect(headers['x-cache']).toBe('Hit from cloudfront')
    expect(await third.stop()).toMatchObject({ code: 0 })
  })
})

/** A file system of so many bytes at a folder, if this user may mount one. */
function mountSmall(folder: string, bytes: number): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

it('a full disk under --persist is said once, and holds up no request for ever', async ({ skip }) => {
  const place = await folders()
  const persist = join(place.root, 'persist')
  await mkdir(persist)
  if (!mountSmall(persist, 4_000_000)) return skip('only root may mount a small file system')
  try {
    const command = startCommand([...FREE_PORTS, '--out', place.out, '--persist', persist], place.temporary)
    const { site } = await command.said('ready')
    await get(`${site.httpsUrl}/photos/dusk.jpg`)
    await writeFile(join(persist, 'filler'), Buffer.alloc(4_000_000)).catch(() => {})
    const { status, body } = await get(`${site.httpsUrl}/photos/forest.jpg`)
    expect([status, body.toString()]).toEqual([
      503,
      expect.stringContaining('The disk under the local bucket takes nothing more: it may be full.'),
    ])
    expect((await get(`${site.httpsUrl}/photos/dusk.jpg?w=64`, WEBP)).status).toBe(200)
    const warnings = command.events.filter(({ event }) => event === 'warning')
    expect(warnings).toEqual([
      {
        event: 'warning',
        message: `${persist} can't be written (No space left on device): what is cached from now on is kept in memory alone, and uploads fail, as do files that were not asked for before; make room there`,
      },
    ])
    expect(await command.stop()).toMatchObject({ code: 0 })
  } finally {
    execFileSync('umount', [persist])
  }
})
