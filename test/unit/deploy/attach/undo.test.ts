/** Of distributions at random: what attach and undo make of them, whatever others have there and change. */
import type { CacheBehavior, DistributionConfig } from '@aws-sdk/client-cloudfront'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { attached, behavioursOf, withBehaviours } from '../../../../deploy/attach/behaviours.ts'
import { configDifferences } from '../../../../deploy/attach/config-diff.ts'
import type { Receipt } from '../../../../deploy/attach/receipt.ts'
import { undoPlan } from '../../../../deploy/attach/undo.ts'

const ID = 'EDFDVBD6EXAMPLE'

const TARGET = {
  'viewer-request': `arn:aws:cloudfront::1:function/rimlight-${ID}-viewer-request`,
  'origin-request': `arn:aws:lambda:us-east-1:1:function:rimlight-${ID}-origin-request:1`,
  'origin-response': `arn:aws:lambda:us-east-1:1:function:rimlight-${ID}-origin-response:1`,
}

const EVENTS = ['viewer-request', 'viewer-response', 'origin-request', 'origin-response'] as const

/** What others have there: functions on viewer events, or Lambdas on any. */
const behaviour: fc.Arbitrary<CacheBehavior> = fc
  .record({
    isLambda: fc.boolean(),
    events: fc.shuffledSubarray([...EVENTS]),
    hasLists: fc.boolean(),
    compress: fc.boolean(),
  })
  .map(({ isLambda, events, hasLists, compress }) => {
    const functions = isLambda ? [] : events.filter((event) => event.startsWith('viewer'))
    const lambdas = events.filter((event) => !functions.includes(event) && (isLambda || event.startsWith('origin')))
    const list = <T>(items: T[]) =>
      items.length > 0 ? { Quantity: items.length, Items: items } : hasLists ? { Quantity: 0 } : undefined
    const functionList = list(
      functions.map((EventType) => ({ FunctionARN: 'arn:aws:cloudfront::1:function/x', EventType })),
    )
    const lambdaList = list(
      lambdas.map((EventType) => ({
        LambdaFunctionARN: 'arn:aws:lambda:us-east-1:1:function:x:1',
        EventType,
        IncludeBody: true,
      })),
    )
    return {
      PathPattern: '',
      TargetOriginId: 'a',
      ViewerProtocolPolicy: 'https-only' as const,
      Compress: compress,
      ...(lambdaList ? { LambdaFunctionAssociations: lambdaList } : {}),
      ...(functionList ? { FunctionAssociations: functionList } : {}),
    }
  })

const config: fc.Arbitrary<DistributionConfig> = fc
  .tuple(behaviour, fc.array(behaviour, { maxLength: 4 }), fc.boolean())
  .map(([{ PathPattern: _, ...usual }, special, hasList]) => ({
    CallerReference: 'c',
    Origins: { Quantity: 1, Items: [{ Id: 'a', DomainName: 'a.example.com' }] },
    DefaultCacheBehavior: usual,
    ...(special.length > 0
      ? {
          CacheBehaviors: {
            Quantity: special.length,
            Items: special.map((one, i) => ({ ...one, PathPattern: `/${i}/*` })),
          },
        }
      : hasList
        ? { CacheBehaviors: { Quantity: 0 } }
        : {}),
    Comment: 'c',
    Enabled: true,
  }))

const receiptOf = (original: DistributionConfig): Receipt =>
  ({ distribution: ID, original: { config: original } }) as unknown as Receipt

const attachedTo = (original: DistributionConfig, chosen: readonly boolean[]): DistributionConfig => {
  const all = behavioursOf(original)
  return withBehaviours(original, ({ behaviour }) => {
    const index = all.findIndex((named) => named.behaviour === behaviour)
    return chosen[index] ? attached(behaviour, TARGET) : behaviour
  })
}

const chosen = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 })

it('undo after attach gives the very text that was', () => {
  fc.assert(
    fc.property(config, chosen, (original, chosen) => {
      const text = JSON.stringify(original)
      const now = attachedTo(original, chosen)
      expect(JSON.stringify(original)).toBe(text)
      const plan = undoPlan(now, receiptOf(original), false)
      expect(JSON.stringify(plan.config)).toBe(text)
      expect(plan).toMatchObject({ isOriginal: true, others: [] })
      expect(plan.changes).toBe(JSON.stringify(now) !== text)
    }),
  )
})

it('attach twice is attach once', () => {
  fc.assert(
    fc.property(config, chosen, (original, chosen) => {
      const once = attachedTo(original, chosen)
      expect(attachedTo(once, chosen)).toEqual(once)
    }),
  )
})

it('what others change in between comes out as if they had changed it before', () => {
  type Change = (config: DistributionConfig) => DistributionConfig
  const changes: Change[] = [
    (config) => ({ ...config, Comment: 'another' }),
    (config) => withBehaviours(config, ({ behaviour }) => ({ ...behaviour, Compress: !behaviour.Compress })),
    (config) => ({
      ...config,
      CacheBehaviors: {
        ...config.CacheBehaviors,
        Quantity: 1,
        Items: (config.CacheBehaviors?.Items ?? []).slice(0, 1),
      },
    }),
  ]
  fc.assert(
    fc.property(config, chosen, fc.constantFrom(...changes), (original, chosen, change) => {
      const plan = undoPlan(change(attachedTo(original, chosen)), receiptOf(original), false)
      expect(configDifferences(change(original), plan.config)).toEqual([])
      expect(JSON.stringify(undoPlan(change(original), receiptOf(original), true).config)).toBe(
        JSON.stringify(original),
      )
    }),
  )
})
