/** Many who ask for the same tenant at once, from several processes, by the SDK's real clients. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, it, vi } from 'vitest'
import { openStore } from '../../../tenants/store/open.ts'
import type { TenantRecord } from '../../../tenants/tenants.ts'
import { listeningAws } from '../../aws/http.ts'
import { TenantAws } from '../../aws/tenant-aws.ts'
import { TENANT_COMMANDS } from '../../aws/tenant-commands.ts'
import { EXTENT } from '../../runs.ts'
import type { Done, Job } from '../../tenants/get-or-create.ts'
import { CERTIFICATE } from '../../tenants/manager.ts'
import { useTenantBundles } from '../../tenants/scene.ts'
import { CREDENTIALS, STORES, type StoreServer } from '../../tenants/stores.ts'

const bundles = useTenantBundles()

const PROGRAM = join(import.meta.dirname, '../../tenants/get-or-create.ts')
/** How often each process asks. What one loads takes a processor a second and a half. */
const PROCESSES = EXTENT === 'full' ? [13, 13, 12, 12] : [25, 25]

type Asking = { do(job: Omit<Job, 'id'>): Promise<TenantRecord[]>; end(): Promise<void> }

/** A process does the jobs of all tests: what it loads takes longer than they do. */
function openProcess(): Asking {
  const child: ChildProcess = spawn(process.execPath, [PROGRAM], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...CREDENTIALS },
  })
  const ended = once(child, 'close')
  const waiting = new Map<number, { resolve(records: TenantRecord[]): void; reject(error: Error): void }>()
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const done: Done = JSON.parse(line)
      if ('error' in done) waiting.get(done.id)?.reject(new Error(done.error))
      else waiting.get(done.id)?.resolve(done.records)
      waiting.delete(done.id)
    })
  }
  void ended.then(([code]) => {
    for (const { reject } of waiting.values()) reject(new Error(`the process has ended with ${code}`))
  })
  let jobs = 0
  return {
    do(job) {
      jobs += 1
      const id = jobs
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        child.stdin?.write(`${JSON.stringify({ id, ...job } satisfies Job)}\n`)
      })
    },
    async end() {
      child.stdin?.end()
      await ended
    },
  }
}

let processes: Asking[] = []
beforeAll(() => {
  processes = PROCESSES.map(openProcess)
})
afterAll(async () => {
  await Promise.all(processes.map((one) => one.end()))
})

// They wait more than they work: all at once takes little longer than one.
describe.concurrent.for(STORES)('$name', ({ missing, start }) => {
  if (missing !== null) {
    it.skip(missing)
    return
  }
  let server: StoreServer
  beforeAll(async () => {
    for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value)
    server = await start()
  })
  afterAll(() => server.stop())

  it.for(['shared', 'dedicated'] as const)(
    `50 getOrCreate of ${PROCESSES.length} processes: one %s tenant`,
    async (kind, { expect }) => {
      const aws = new TenantAws()
      // Lists are late: what was made a moment ago is not in them.
      aws.listLag = 1
      const { url, close } = await listeningAws(aws, TENANT_COMMANDS)
      const store = await server.url()
      const options = { store, dist: bundles.dist, certificateArn: CERTIFICATE, kind }
      const answers = await Promise.all(
        processes.map((one, i) => one.do({ tenant: 'shop', times: PROCESSES[i] ?? 0, endpoint: url, options })),
      )
      const records = answers.flat()
      expect(records).toHaveLength(50)
      expect(new Set(records.map(({ uniqueId }) => uniqueId)).size).toBe(1)
      expect(new Set(records.map(({ awsId }) => awsId)).size).toBe(1)
      expect(records[0]?.awsId).not.toBeNull()

      expect([aws.tenants.size, aws.distributions.size]).toEqual(kind === 'shared' ? [1, 1] : [0, 1])
      expect(aws.mutations.filter((action) => action === 'cloudfront:CreateDistributionWithTags')).toHaveLength(1)
      const opened = await openStore(store)
      const { records: rows } = await opened.list(null, 10)
      await opened.close()
      expect(rows.map(({ tenant, awsId, claim }) => ({ tenant, awsId, claim }))).toEqual([
        { tenant: 'shop', awsId: records[0]?.awsId, claim: null },
      ])
      await close()
    },
  )
})
