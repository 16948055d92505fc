import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { BaseSequencer, type InlineConfig, type TestSpecification } from 'vitest/node'

/**
 * Unit tests that get a process of their own, and why. What merely changes the environment, a clock or a signal does
 * not belong here: `test/setup.ts` holds a file to putting that back.
 */
const ISOLATED = [
  // They put other modules in the place of the project's (`vi.mock`); files after them would get these, too.
  'test/unit/origin-response/image.test.ts',
  'test/unit/origin-response/placeholder.test.ts',
  'test/unit/origin-response/routing.test.ts',
  // It tells room by what its process has: what earlier files left would go while it looks.
  'test/unit/origin-response/memory.test.ts',
  // origin-response forbids libvips, for the whole process, to read files by their names. This reads some.
  'test/samples/samples.test.ts',
]

/**
 * Unit tests that take longer than a person at work waits, because they talk to what runs beside them (a database, an
 * engine, a Worker, another program), or go through every call, tenant or config that there is. `npm test` and a bare
 * `npx vitest` run them like all others.
 */
const LONG = [
  'test/unit/build/{binaries,option-bytes,shortened,variants}.test.ts',
  'test/unit/deploy/template.test.ts',
  'test/unit/cli/verbs.test.ts',
  'test/unit/deploy/attach/{faults,interruption,private,public-keys}.test.ts',
  'test/unit/deploy/keys/keys.test.ts',
  'test/unit/deploy/template/{agreement,nag,synthesise}.test.ts',
  'test/unit/local/*.test.ts',
  'test/unit/local/{replay,start}/**/*.test.ts',
  'test/unit/local/host/connector/timeouts.test.ts',
  'test/unit/local/host/functions/{engines,lambda}.test.ts',
  'test/unit/local/workers/s3/{list,multipart,objects,presigned,read-through,upload}.test.ts',
  'test/unit/logs/**/*.test.ts',
  'test/unit/tenants/{cleanup,commands,concurrency,config,drift,http,interruption,politeness,quotas,upgrade}.test.ts',
  'test/unit/origin-response/{allocator,heic,render-refused,source-faults,transform,transform-renderer}.test.ts',
  'test/unit/tenants/store/{contract,store}.test.ts',
  'test/unit/viewer-request/remote-keys.test.ts',
]

const project = (name: string, include: string[], more: InlineConfig = {}): TestProjectConfiguration => ({
  extends: true,
  test: { name, include, ...more },
})

/** Functions that have a second for a picture, and installs that have a minute: these need the cores for themselves. */
const TIMED: InlineConfig = { maxWorkers: availableParallelism() + 1, sequence: { groupOrder: 0 } }
/** The others wait for sockets and processes half of the time: two workers to a core take the time that these leave. */
const OTHERS: InlineConfig = { maxWorkers: 2 * availableParallelism(), sequence: { groupOrder: 1 } }
/** These wait for nothing: each further worker would load all modules once more, a tenth of the time of all of them. */
const SHORT: InlineConfig = { maxWorkers: availableParallelism(), sequence: { groupOrder: 2 } }

/**
 * In which order the projects run, after those of a group before. The last one is that of short files alone: what begins last
 * is over soon, and no core has nothing to do while the longest file ends.
 */
const ORDER = ['bundle', 'e2e', 'checks', 'contract', 'unit-long', 'unit-isolated', 'unit']

const placeOf = ({ project }: TestSpecification): number => ORDER.indexOf(project.name)

class ShortFilesLast extends BaseSequencer {
  /** Within a project, files are in vitest's order: failed ones first, then by how long they took, or by their size. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b))
  }
}

export default defineConfig({
  // As examples import it.
  resolve: {
    alias: [
      { find: 'rimlight/sign', replacement: join(import.meta.dirname, 'sign/sign.ts') },
      { find: /^rimlight$/, replacement: join(import.meta.dirname, 'edge/config.ts') },
    ],
  },
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts'], { ...SHORT, exclude: [...ISOLATED, ...LONG] }),
      // These tell what garbage takes and leaves: it is collected as in the function.
      project('unit-isolated', ISOLATED, { ...SHORT, isolate: true, execArgv: [] }),
      project('unit-long', LONG, OTHERS),
      // One table of cases, in each engine.
      project('contract', ['test/contract/**/*.test.ts'], OTHERS),
      // What ships, as it ships: the files of a build, and what the zip makes of pictures.
      project('bundle', ['test/bundle/**/*.test.ts', 'test/images/**/*.test.ts'], TIMED),
      project('e2e', ['test/e2e/**/*.test.ts'], OTHERS),
      // Of the sources themselves: they run no code of the project.
      project('checks', ['test/checks/**/*.test.ts'], OTHERS),
    ],
    // A worker loads modules and helpers once for all its files, instead of once for each.
    isolate: false,
    // What tests make is thrown away at once: collected less often, it takes less of the processor. Buffers count as
    // part of the heap: by themselves, a zip of 9 MB that is read and unpacked would have all of it looked through twice.
    execArgv: [
      '--max-semi-space-size=64',
      '--initial-old-space-size=384',
      '--external-memory-accounted-in-global-limit',
    ],
    sequence: { sequencer: ShortFilesLast },
    globalSetup: ['test/global-setup.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A busy machine is late, not wrong.
    expect: { poll: { timeout: 20_000 } },
    // Whoever runs this may have credentials for AWS; tests that need some make them up.
    env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '', AWS_ENDPOINT_URL_S3: '' },
    // It imports JSON in a way that Node does not take.
    server: { deps: { inline: [/@actions\//] } },
    reporters: ['default', './test/tally.ts'],
  },
})
