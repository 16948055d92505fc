import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { TARGETS } from '../../build/targets.ts'
import * as aws from '../../deploy/aws/packages.ts'
import { importsOf, packagesAtOnce } from './imports.ts'
import { type Package, pathsOf, unpinned, unused } from './packages.ts'
import { codeFiles, ROOT, textOf } from './sources.ts'

const project: Package = JSON.parse(textOf('package.json'))
const lock = JSON.parse(textOf('package-lock.json'))
const wanted = { ...project.dependencies, ...project.devDependencies }
const names = Object.keys(wanted)

const imports = Object.entries(codeFiles()).flatMap(([file, text]) => importsOf(file, text))
const imported = new Set(imports.map(({ to }) => to))

/** The commands that a package brings. */
function binariesOf(name: string): string[] {
  const path = join('node_modules', name, 'package.json')
  if (!existsSync(join(ROOT, path))) throw new Error(`${name} is not installed: npm ci`)
  const { bin = {} } = JSON.parse(textOf(path))
  return typeof bin === 'string' ? [name.replace(/^@[^/]+\//, '')] : Object.keys(bin)
}

test('whoever installs the package gets what its commands and entries import, and nothing else', () => {
  // The image step, too: `publish` and the handlers for msw run it here.
  const byCommands = imports.filter(
    ({ from, isType }) =>
      !isType &&
      !from.endsWith('.d.ts') &&
      /^(?:base|build|bundle|cli|deploy|local|logs|msw|origin-response|session|sign|tenants|urls)\//.test(from),
  )
  const packages = new Set(byCommands.map(({ to }) => to).filter((name) => names.includes(name)))
  // Those who have an app of their own bring some of these, and there must not be two of them; the others are large, and
  // only some commands, or some applications, need them.
  const peers = Object.keys(project.peerDependencies ?? {})
  expect(peers).toEqual([
    '@aws-sdk/client-athena',
    '@aws-sdk/client-cloudfront',
    '@aws-sdk/client-cloudfront-keyvaluestore',
    '@aws-sdk/client-dynamodb',
    '@aws-sdk/client-iam',
    '@aws-sdk/client-kms',
    '@aws-sdk/client-lambda',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-sts',
    '@aws-sdk/cloudfront-signer',
    '@aws-sdk/s3-request-presigner',
    '@aws-sdk/signature-v4a',
    '@duckdb/node-api',
    'aws-cdk-lib',
    'constructs',
    'echarts',
    'jose',
    'libheif-js',
    'msw',
    'pg',
    'sharp',
  ])
  expect([...packages].filter((name) => !peers.includes(name)).toSorted()).toEqual(
    Object.keys(project.dependencies ?? {}).toSorted(),
  )
})

test('a command that takes an optional peer says so before it is loaded', () => {
  const files = codeFiles()
  const peers = Object.keys(project.peerDependencies ?? {})
  const rows = ['cli/verbs.ts', 'logs/command.ts'].flatMap((file) =>
    [
      ...textOf(file).matchAll(
        /(?:packages: (?<packages>[^\n]+),\s+)?load: (?:async )?\(\) =>\s.*?import\('(?<path>[^']+)'\)/g,
      ),
    ].map(({ groups = {} }) => ({
      packages: groups.packages,
      entry: posix.join(posix.dirname(file), groups.path ?? ''),
    })),
  )
  expect(rows.length).toBeGreaterThan(16)
  const named: Record<string, readonly string[]> = aws
  for (const { packages, entry } of rows) {
    const said = packages === undefined ? [] : (named[packages] ?? JSON.parse(packages.replaceAll("'", '"')))
    expect([...said].toSorted(), entry).toEqual(packagesAtOnce(entry, files).filter((name) => peers.includes(name)))
  }
  expect(rows.filter(({ packages }) => packages !== undefined).length).toBeGreaterThan(5)
})

test('an entry is loaded without optional peers, but for the CDK’s, which has them', () => {
  const files = codeFiles()
  const peers = Object.keys(project.peerDependencies ?? {})
  const entries = Object.entries(project.exports ?? {}).flatMap(([name, { types = '' }]) =>
    types === '' ? [] : [[name, types.replace('./lib/types/', '').replace(/\.d\.ts$/, '.ts')] as const],
  )
  const taken = entries.map(([name, file]) => [
    name,
    packagesAtOnce(file, files).filter((name) => peers.includes(name)),
  ])
  expect(Object.fromEntries(taken)).toEqual({
    ...Object.fromEntries(entries.map(([name]) => [name, []])),
    './cdk': ['aws-cdk-lib', 'constructs'],
  })
  expect(entries.length).toBeGreaterThan(8)
})

test('every package is imported, or a command of a script', () => {
  const binaries = Object.fromEntries(names.map((name) => [name, binariesOf(name)]))
  expect(unused(project, imported, binaries)).toEqual([])
})

test('every package that is imported is one of ours', () => {
  const packages = [...imported].filter((name) => /^(?:@[\w-]+\/)?[\w-]+$/.test(name) && !name.startsWith('node:'))
  expect(packages.length).toBeGreaterThan(5)
  // What a function's platform has.
  const platform = TARGETS.flatMap(({ modules }) => modules)
  // What recipes are for, and tests install where they run them.
  const frameworks = ['@nuxt/image', 'astro', 'next']
  // Koffi's binary for Lambda's platform, which koffi brings.
  const binaries = ['@koromix/koffi-linux-x64']
  // Examples import the package itself.
  const known = [...names, ...platform, ...frameworks, ...binaries, project.name, 'rimlight-app']
  expect(packages.filter((name) => !known.includes(name) && !known.includes(`@types/${name}`))).toEqual([])
})

test('every version is exact, and the lock file has the same', () => {
  expect(unpinned(project)).toEqual([])
  expect(lock.packages['']).toMatchObject({
    dependencies: project.dependencies,
    devDependencies: project.devDependencies,
  })
  for (const [name, version] of Object.entries(wanted)) {
    expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version)
  }
})

test('the lock file names no registry', () => {
  expect(Object.keys(lock.packages).length).toBeGreaterThan(50)
  expect(pathsOf('resolved', lock)).toEqual([])
})

test('each of these checks finds what it is for', () => {
  const other: Package = {
    name: 'other',
    scripts: { build: 'node build.mjs && tool --all' },
    devDependencies: { a: '1.2.3', b: '^1.2.3', c: '1.x', tools: '2.0.0', '@types/a': '1.0.0', '@types/c': 'latest' },
  }
  expect(unused(other, new Set(['a']), { tools: ['tool'], b: ['build'] })).toEqual(['b', 'c', '@types/c'])
  expect(unpinned(other)).toEqual(['b: ^1.2.3', 'c: 1.x', '@types/c: latest'])
  expect(pathsOf('resolved', { packages: { a: { resolved: 'x' }, b: [{ resolved: 1 }], resolved: {} } })).toEqual([
    '/packages/a/resolved',
    '/packages/b/0/resolved',
    '/packages/resolved',
  ])
})
