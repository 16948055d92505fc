/** `rimlight keys` on a store that is spoken to over HTTP by the SDK's real client. */
import { CloudFrontClient } from '@aws-sdk/client-cloudfront'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { KeyDependencies } from '../../../../deploy/keys/aws-clients.ts'
import { keysCommand } from '../../../../deploy/keys.ts'
import { type Ran, run } from '../../../aws/fixture.ts'
import { type KeyValueStore, STORE_ARN, startKeyValueStore } from '../../../aws/key-value-store.ts'
import { install, MemoryAws } from '../../../aws/memory-aws.ts'

export type KeyScene = {
  store: KeyValueStore
  aws: MemoryAws
  /** Milliseconds, of each sleep. */
  slept: number[]
  questions: string[]
  /** What a person says; null: there is none. */
  answers: boolean[] | null
  stdin: string
  abort(): void
  keys(...args: string[]): Promise<Ran>
}

/** Each test starts with an empty store. */
export function useKeys(): KeyScene {
  let store: KeyValueStore
  let installed: { restore(): void }
  let controller = new AbortController()
  const scene = { slept: [], questions: [], answers: null, stdin: '' } as unknown as KeyScene
  beforeAll(async () => {
    store = await startKeyValueStore()
    scene.store = store
  })
  beforeEach(() => {
    store.values.clear()
    store.calls.length = 0
    store.before = () => undefined
    scene.aws = new MemoryAws()
    scene.aws.keyValueStores.set('tokens', { arn: STORE_ARN, status: 'READY' })
    installed = install(scene.aws)
    controller = new AbortController()
    Object.assign(scene, { slept: [], questions: [], answers: null, stdin: '' })
  })
  afterEach(() => installed.restore())
  afterAll(() => store.close())

  const dependencies = (): KeyDependencies => ({
    clients: () => ({ cloudfront: new CloudFrontClient({ region: 'us-east-1' }), keyValueStore: store.client() }),
    async sleep(milliseconds) {
      scene.slept.push(milliseconds)
    },
    random: () => 1,
    ask:
      scene.answers &&
      (async (question) => {
        scene.questions.push(question)
        return scene.answers?.shift() ?? false
      }),
    interrupt: () => ({ signal: controller.signal, close() {} }),
    stdin: (async function* () {
      yield scene.stdin
    })(),
  })
  scene.abort = () => controller.abort()
  scene.keys = (...args) => run(keysCommand(dependencies()), args)
  return scene
}
