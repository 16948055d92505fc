/** `npm run bench:bytes`: what each option of `auth` takes of `viewer-request.js`, on the site of `fixtures.ts` with images. */
import { bundle } from '../../build/bundle.ts'
import { compile } from '../../build/compile.ts'
import { checkConfig } from '../../build/config.ts'
import { type BuildTarget, TARGETS } from '../../build/targets.ts'
import { FUNCTION_BYTES } from '../../edge/limits.ts'
import { ALL_OF_AUTH, CONFIG } from './fixtures.ts'

const FUNCTION = TARGETS.find(({ kind }) => kind === 'function') as BuildTarget

const CORS = { origins: ['https://www.example.com'], credentials: true }

/** Each with nothing else, on two routes of five. */
const OPTIONS: Readonly<Record<string, { auth?: object; route?: object }>> = {
  "`from: ['cookie:NAME']`": { auth: { from: ['cookie:grant'] } },
  "`from: ['query:NAME']`": { auth: { from: ['query:grant'] } },
  'all three places': { auth: { from: ['authorization', 'cookie:grant', 'query:grant'] } },
  issuer: { auth: { issuer: 'https://login.example.com' } },
  audience: { auth: { audience: 'cdn' } },
  'a claim that is equal': { auth: { claims: { tier: 2 } } },
  'a claim that contains': { auth: { claims: { scope: { contains: 'read' } } } },
  path: { auth: { path: 'paths' } },
  "`exp: 'optional'`": { auth: { exp: 'optional' } },
  redirect: { auth: { redirect: 'https://cdn.example.com/login' } },
  'cors on the same routes': { route: { cors: CORS } },
}

async function bytesOf(auth: object | null, route: object = {}, images?: object): Promise<number> {
  const own = auth && { type: 'jwt', algorithms: ['HS256'], ...auth }
  const routes = CONFIG.routes.map((one) => ({
    ...one,
    ...(/^\/(static\/)?\*$/.test(one.path) ? { ...route, auth: own } : {}),
    ...(images && one.images ? { images } : {}),
  }))
  const [made] = await bundle(FUNCTION, compile(checkConfig({ ...CONFIG, routes }, 'the config of bytes')))
  return Buffer.byteLength(made?.code ?? '')
}

const line = (name: string, bytes: number, more: string) =>
  console.log(`| ${name} | ${bytes.toLocaleString('en')} | ${more} |`)

const none = await bytesOf(null)
const least = await bytesOf({})
console.log('| option | bytes | more |\n| --- | --- | --- |')
line('no `auth`', none, '')
line('`auth` with HS256, by `authorization`', least, `${least - none}`)
for (const [name, { auth, route }] of Object.entries(OPTIONS)) {
  const bytes = await bytesOf(auth ?? {}, route)
  line(name, bytes, `${bytes - least}`)
}
const one = await bytesOf({ from: ['cookie:grant'], claims: { tier: 2 }, path: 'paths' })
line('one cookie, one claim, path', one, `${one - least}`)
const all = await bytesOf(ALL_OF_AUTH)
line('all of these but cors', all, `${all - least}`)
const most = await bytesOf(ALL_OF_AUTH, { cors: CORS })
line('all of these', most, `${most - least}`)
const room = await bytesOf(ALL_OF_AUTH, { cors: CORS }, { rect: false })
line('all of these, and `rect: false`', room, `${room - least}`)
if (room > FUNCTION_BYTES) process.exitCode = 1
