/**
 * The AWS clients of `rimlight keys`. The KeyValueStore's data is behind an API of its own, whose requests are signed with
 * SigV4A: the import registers a signer in plain JavaScript with the SDK. The other one, aws-crt, is 45 MB of native code.
 */
import '@aws-sdk/signature-v4a'
import { setTimeout } from 'node:timers/promises'
import { CloudFrontClient } from '@aws-sdk/client-cloudfront'
import { CloudFrontKeyValueStoreClient } from '@aws-sdk/client-cloudfront-keyvaluestore'
import { askAtTerminal } from '../../cli/kit/ask.ts'
import { interrupt } from '../../cli/kit/interrupt.ts'
import type { AwsCalls } from '../aws/calls.ts'
import type { SessionDependencies } from '../aws/session.ts'

export type KeyClients = { cloudfront: CloudFrontClient; keyValueStore: CloudFrontKeyValueStoreClient }

export type KeyCalls = AwsCalls<KeyClients>

/** What the commands take from their surroundings. Tests bring their own. */
export type KeyDependencies = SessionDependencies<KeyClients> & { stdin: AsyncIterable<Uint8Array | string> }

/** AWS General Reference, "Amazon CloudFront endpoints": one for all of a partition. */
const REGION = 'us-east-1'

export const realKeyDependencies: KeyDependencies = {
  clients() {
    const config = { region: REGION, maxAttempts: 5 }
    return { cloudfront: new CloudFrontClient(config), keyValueStore: new CloudFrontKeyValueStoreClient(config) }
  },
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }).catch(() => {}),
  random: Math.random,
  get ask() {
    return askAtTerminal()
  },
  interrupt,
  stdin: process.stdin,
}
