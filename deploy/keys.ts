/** `rimlight keys`: the secrets of HS256 tokens, in the key value store that the function reads. */
import type { Main } from '../cli/kit/command.ts'
import { defineVerbs } from '../cli/kit/verbs.ts'
import { addCommand } from './keys/add.ts'
import { type KeyDependencies, realKeyDependencies } from './keys/aws-clients.ts'
import { listCommand } from './keys/list.ts'
import { removeCommand } from './keys/remove.ts'

export const keysCommand = (dependencies: KeyDependencies): Main =>
  defineVerbs({
    name: 'rimlight keys',
    about: [
      'The secrets that HS256 tokens of private routes are signed with, by kid, in the CloudFront KeyValueStore of the',
      'function. They change without a deployment: what is added or removed holds at every edge location within seconds.',
      'No secret is ever printed, unless `keys add --print` asks for it. It takes permission for',
      'cloudfront:DescribeKeyValueStore, cloudfront:GetDistribution and cloudfront:DescribeFunction to find the store, and',
      'for cloudfront-keyvaluestore:DescribeKeyValueStore, GetKey, ListKeys and UpdateKeys on it.',
    ].join(' '),
    verbs: {
      add: { about: 'adds a secret, or makes one', load: async () => ({ main: addCommand(dependencies) }) },
      list: { about: 'lists which there are', load: async () => ({ main: listCommand(dependencies) }) },
      remove: { about: 'removes some', load: async () => ({ main: removeCommand(dependencies) }) },
    },
    examples: [
      'rimlight keys add 2026-12 --generate --out 2026-12.secret --distribution EDFDVBD6EXAMPLE',
      'rimlight keys list --distribution EDFDVBD6EXAMPLE',
      'rimlight keys remove 2026-11 --distribution EDFDVBD6EXAMPLE',
    ],
  })

export const main = keysCommand(realKeyDependencies)
