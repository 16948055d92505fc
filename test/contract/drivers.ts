/** Four ways to run one build: the sources in this process, the function in njs and in workerd, the zips unpacked. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { vi } from 'vitest'
import { ROOT } from '../../base/root.ts'
import { compiledRules } from '../../build/bundle.ts'
import { compile, type Rules } from '../../build/compile.ts'
import { type BuildTarget, rulesFor, TARGETS } from '../../build/targets.ts'
import type { Artefact, ArtefactName } from '../../bundle/manifest.ts'
import type { Settings } from '../../bundle/settings.ts'
import type { Trigger } from '../../edge/limits.ts'
import type { FunctionEngine } from '../../local/host/functions/function-engine.ts'
import { openLambda } from '../../local/host/functions/lambda.ts'
import { hasNjs, NJS_MISSING, openNjs } from '../../local/host/functions/njs.ts'
import { openWorkerd } from '../../local/host/functions/workerd.ts'
import { failed, type InvocationOutcome, returned } from '../../local/protocol/invocation.ts'
import { manifestOf, siteOf } from '../sites.ts'
import type { DriverName } from './case.ts'

type KeyValues = Record<string, string>

export type Input = { event: unknown; now?: number }

export type Driver = {
  /** Outcomes in the order of the inputs. */
  run(inputs: readonly Input[]): Promise<InvocationOutcome[]>
  close(): Promise<void>
}

export type DriverRow = {
  name: DriverName
  triggers: readonly Trigger[]
  /** Why it can't run on this machine. */
  missing?: string
  /** @param keyValues what the function's KeyValueStore holds */
  open(settings: Settings, trigger: Trigger, keyValues?: KeyValues): Promise<Driver>
}

export const DRIVERS: readonly DriverRow[] = [
  {
    name: 'source',
    triggers: ['viewer-request', 'origin-request', 'origin-response'],
    open: async (settings, trigger, keyValues) =>
      sourceDriver(await loadHandler(trigger, compile(settings)), keyValues),
  },
  {
    name: 'njs',
    triggers: ['viewer-request'],
    ...(hasNjs() ? {} : { missing: NJS_MISSING }),
    open: async (settings, _, keyValues = {}) =>
      engineDriver(await openNjs(await functionCode(settings), { keyValues })),
  },
  {
    name: 'workerd',
    triggers: ['viewer-request'],
    open: async (settings, _, keyValues = {}) =>
      engineDriver(await openWorkerd(await functionCode(settings), { keyValues })),
  },
  {
    name: 'zip',
    triggers: ['origin-request', 'origin-response'],
    open: (settings, trigger) => zipDriver(settings, trigger),
  },
]

export type Handler = (event: unknown) => unknown

/**
 * "Source": the handler's modules as they are written, with the compiled rules in the place of `edge/rules.ts`; no
 * lowering, no minification, and events handed over as objects, so that identity can be seen.
 */
export async function loadHandler(trigger: Trigger, compiled: Rules): Promise<Handler> {
  const target = TARGETS.find((target) => target.trigger === trigger) as BuildTarget
  const rules = rulesFor(target, compiled)
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [target.entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    plugins: [compiledRules(rules), fromSource],
    alias: { cloudfront: join(ROOT, 'local/host/functions/cloudfront-module.js') },
  })
  const code = Buffer.from(outputFiles[0]?.contents ?? '').toString('base64')
  return (await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)).handler
}

/** What a handler loads later is loaded as it is written, too. */
const fromSource: Plugin = {
  name: 'from-source',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ kind, resolveDir, path }) =>
      kind === 'dynamic-import' ? { path: pathToFileURL(join(resolveDir, path)).href, external: true } : undefined,
    )
  },
}

const sourceDriver = (handler: Handler, keyValues: KeyValues = {}): Driver => ({
  async run(inputs) {
    Object.assign(globalThis, { rimlightPlatform: { keyValues } })
    const outcomes: InvocationOutcome[] = []
    for (const { event, now } of inputs) outcomes.push(await runAt(handler, event, now))
    return outcomes
  },
  async close() {},
})

async function runAt(handler: Handler, event: unknown, now: number | undefined): Promise<InvocationOutcome> {
  if (now !== undefined) vi.useFakeTimers({ now, toFake: ['Date'] })
  const output = captureOutput()
  try {
    const value = await handler(event)
    return returned(value, output.lines())
  } catch (error) {
    return failed('LambdaExecutionError', String(error))
  } finally {
    output.release()
    vi.useRealTimers()
  }
}

/** What handlers write to stdout, from now until it is released. */
export function captureOutput() {
  let written = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    written += chunk
    return true
  })
  return { lines: () => written.split('\n').slice(0, -1), release: () => write.mockRestore() }
}

export const functionCode = async (settings: Settings): Promise<string> =>
  readFile(join(await siteOf(settings), 'viewer-request.js'), 'utf8')

const engineDriver = (engine: FunctionEngine): Driver => ({
  run: (inputs) => engine.run(inputs.map(({ event }) => event)),
  close: engine.close,
})

export async function zipDriver(settings: Settings, name: ArtefactName): Promise<Driver> {
  const site = await siteOf(settings)
  const artefact = (await manifestOf(site)).artefacts[name] as Artefact
  const lambda = await openLambda({ zip: join(site, artefact.file), artefact })
  return {
    async run(inputs) {
      const outcomes: InvocationOutcome[] = []
      for (const { event, now } of inputs) outcomes.push(await lambda.invoke(event, { now }))
      return outcomes
    },
    close: lambda.close,
  }
}
