/** What holds for every store. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { TENANT_STATUSES, type TenantRecord } from '../../../../tenants/record.ts'
import { openStore } from '../../../../tenants/store/open.ts'
import { allRecords, type Store } from '../../../../tenants/store/store.ts'
import { runs } from '../../../runs.ts'
import { recordOf } from '../../../tenants/records.ts'
import { CREDENTIALS, STORES, type StoreServer } from '../../../tenants/stores.ts'

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((value) => !value.includes('\0'))
const time = fc
  .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString())
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })

const record: fc.Arbitrary<TenantRecord> = fc.record({
  tenant: fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/),
  kind: fc.constantFrom('dedicated' as const, 'shared' as const),
  status: fc.constantFrom(...TENANT_STATUSES),
  uniqueId: fc.uuid(),
  generation: fc.integer({ min: 1, max: 1_000 }),
  awsId: orNull(text),
  distributionId: orNull(text),
  domain: orNull(text),
  settings: fc.record({
    domains: fc.array(text),
    certificateArn: orNull(text),
    webAclArn: orNull(text),
    countries: fc.constantFrom(null, { allowed: ['CH', 'DE'] }, { blocked: ['AQ'] }),
  }),
  bucket: text,
  prefix: text,
  bundle: orNull(text),
  shard: fc.integer({ min: 1, max: 5 }),
  createdAt: time,
  updatedAt: time,
  lastError: orNull(text),
  claim: orNull(fc.record({ holder: text, until: time })),
  revision: fc.integer({ min: 1, max: 1_000_000 }),
})

describe.for(STORES)('$name', ({ missing, start }) => {
  if (missing !== null) {
    it.skip(missing)
    return
  }
  let server: StoreServer
  let store: Store
  beforeAll(async () => {
    for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value)
    server = await start()
    store = await openStore(await server.url())
  })
  afterAll(async () => {
    await store.close()
    await server.stop()
    vi.unstubAllEnvs()
  })

  const fresh = async <T>(use: (one: Store, url: string) => Promise<T>): Promise<T> => {
    const url = await server.url()
    const one = await openStore(url)
    return use(one, url).finally(() => one.close())
  }

  it('knows nobody at first', () =>
    fresh(async (one) => {
      expect(await one.get('shop')).toBeNull()
      expect(await one.list(null, 10)).toEqual({ records: [], next: null })
    }))

  it('gives back what it was given, whatever it is', async () => {
    const seen = new Set<string>()
    const property = fc.asyncProperty(record, async (one) => {
      fc.pre(!seen.has(one.tenant))
      seen.add(one.tenant)
      expect(await store.insert(one)).toBe(true)
      expect(await store.get(one.tenant)).toEqual(one)
    })
    await fc.assert(property, { numRuns: runs(100) })
  })

  it('inserts a tenant once, and keeps the first', () =>
    fresh(async (one) => {
      expect(await one.insert(recordOf({ bucket: 'first' }))).toBe(true)
      expect(await one.insert(recordOf({ bucket: 'second' }))).toBe(false)
      expect((await one.get('shop'))?.bucket).toBe('first')
    }))

  it('replaces the revision that was seen, and no other', () =>
    fresh(async (one) => {
      await one.insert(recordOf({ revision: 1 }))
      expect(await one.replace(recordOf({ status: 'deploying', lastError: 'late' }), 1)).toBe(true)
      expect(await one.get('shop')).toEqual(recordOf({ status: 'deploying', lastError: 'late', revision: 2 }))
      expect(await one.replace(recordOf({ status: 'deployed' }), 1)).toBe(false)
      expect((await one.get('shop'))?.status).toBe('deploying')
      // What is null again is so in the store.
      expect(await one.replace(recordOf({ lastError: null }), 2)).toBe(true)
      expect((await one.get('shop'))?.lastError).toBeNull()
    }))

  it('replaces nobody who is not there', async () => {
    expect(await store.replace(recordOf({ tenant: 'nobody-here' }), 1)).toBe(false)
    expect(await store.get('nobody-here')).toBeNull()
  })

  it('lists everybody once, page by page', () =>
    fresh(async (one) => {
      const names = Array.from({ length: 23 }, (_, index) => `t${index}`)
      for (const tenant of names) await one.insert(recordOf({ tenant }))
      const pages: number[] = []
      let next: string | null = null
      do {
        const page: Awaited<ReturnType<Store['list']>> = await one.list(next, 5)
        pages.push(page.records.length)
        next = page.next
      } while (next !== null)
      expect(Math.max(...pages)).toBe(5)
      const listed: string[] = []
      for await (const { tenant } of allRecords(one, 7)) listed.push(tenant)
      expect(listed.toSorted()).toEqual(names.toSorted())
    }))

  it('lets one of many win, by whichever connection', () =>
    fresh(async (one, url) => {
      const other = await openStore(url)
      const both = (use: (one: Store, index: number) => Promise<boolean>) =>
        Promise.all(Array.from({ length: 20 }, (_, index) => use(index % 2 ? one : other, index)))
      const inserted = await both((each, index) => each.insert(recordOf({ bucket: `bucket-${index}` })))
      expect(inserted.filter(Boolean)).toHaveLength(1)
      expect((await one.get('shop'))?.bucket).toBe(`bucket-${inserted.indexOf(true)}`)
      const replaced = await both((each, index) => each.replace(recordOf({ bucket: `again-${index}` }), 1))
      expect(replaced.filter(Boolean)).toHaveLength(1)
      expect(await other.get('shop')).toMatchObject({ bucket: `again-${replaced.indexOf(true)}`, revision: 2 })
      await other.close()
    }))

  it('is set up once, also when several start together', async () => {
    const url = await server.url()
    const opened = await Promise.all(Array.from({ length: 6 }, () => openStore(url)))
    await opened[0]?.insert(recordOf())
    expect(await Promise.all(opened.map(async (one) => (await one.get('shop'))?.tenant))).toEqual(
      opened.map(() => 'shop'),
    )
    await Promise.all(opened.map((one) => one.close()))
    const again = await openStore(url)
    expect(await again.get('shop')).toEqual(recordOf())
    await again.close()
  })
})
