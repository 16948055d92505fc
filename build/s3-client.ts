/**
 * Leaves out of the S3 client what a GET of one object does not need: the client is compiled at every cold start, before
 * the first image. docs/decisions/9 has the figures.
 */
import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/**
 * The S3 client's search for credentials in files, SSO, and other services, a third of its size. In Lambda they are in
 * the environment, and `source.ts` takes them from there.
 */
const withoutDefaultCredentials: Plugin = {
  name: 'without-default-credentials',
  setup({ onResolve, onLoad }) {
    const namespace = 'without-default-credentials'
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({ path: 'none', namespace }))
    onLoad({ filter: /^none$/, namespace }, () => ({
      contents: "export const defaultProvider = () => { throw new Error('give the S3 client its credentials') }",
    }))
  },
}

/**
 * The shapes of S3's hundred other operations. They are not used, but esbuild keeps objects with computed keys,
 * `{ [_h]: … }`, since computing a key could have an effect. With the constants' values in their place it leaves them
 * out. If the SDK renames or rewrites the file, the client is bundled whole: larger, not wrong.
 */
const withoutUnusedShapes: Plugin = {
  name: 'without-unused-shapes',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@aws-sdk[\\/]client-s3[\\/].*[\\/]schemas_0\.js$/ }, async ({ path }) => ({
      contents: withLiteralKeys(await readFile(path, 'utf8')),
    }))
  },
}

export function withLiteralKeys(module: string): string {
  const constants = new Map<string, string>()
  for (const [, name = '', text = ''] of module.matchAll(/^const (_\w*) = ("[^"]*");$/gm)) constants.set(name, text)
  return module.replace(/\[(_\w*)\]:/g, (key, name) => (constants.has(name) ? `${constants.get(name)}:` : key))
}

export const leanS3Client: Plugin[] = [withoutDefaultCredentials, withoutUnusedShapes]
