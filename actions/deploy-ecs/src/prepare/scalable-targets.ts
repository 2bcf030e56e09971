// Loaded only for a deploy with `desired-count`: the SDK's client of Application Auto Scaling would make each start longer.
import { ApplicationAutoScalingClient, DescribeScalableTargetsCommand } from '@aws-sdk/client-application-auto-scaling'
import { readPages } from '../../../../toolkit/aws/pages.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import { batches } from '../aws/ask-in-batches.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import { FOUND, type Lookup, lookUp } from '../dependencies/lookup.ts'
import type { Context } from '../inputs/context.ts'
import type { ScalingBounds } from '../inputs/inputs.ts'

/** Resource ids of one call. */
const MOST = 50

/** The bounds of services that are registered with Application Auto Scaling, by `cluster/service`. */
export interface ScalableTargets {
  readonly bounds: ReadonlyMap<string, ScalingBounds>
  /** Why they could not be read. */
  readonly unknown?: string
}

/** Reads the scalable targets of services. A role without the permission gets `unknown`. @throws SlipwayError for expired credentials */
export async function readScalableTargets(
  { aws, region }: Pick<Context, 'aws' | 'region'>,
  names: readonly ServiceName[],
): Promise<ScalableTargets> {
  const bounds = new Map<string, ScalingBounds>()
  const ask = (ids: readonly string[], options: { readonly abortSignal: AbortSignal }) =>
    readPages('scalable targets', async (NextToken) => {
      const page = await aws.clients.of(ApplicationAutoScalingClient, region).send(
        new DescribeScalableTargetsCommand({
          ServiceNamespace: 'ecs',
          ScalableDimension: 'ecs:service:DesiredCount',
          ResourceIds: [...ids],
          ...(NextToken ? { NextToken } : {}),
        }),
        options,
      )
      for (const { ResourceId = '', MinCapacity: min = 0, MaxCapacity: max = 0 } of page.ScalableTargets ?? []) {
        bounds.set(ResourceId.replace(/^service\//, ''), { min, max })
      }
      return page.NextToken
    })
  const ids = names.map((name) => `service/${nameOf(name)}`)
  const lookups = await inParallel(batches(ids, MOST), 4, (batch) =>
    lookUp(aws, {
      permission: 'application-autoscaling:DescribeScalableTargets',
      what: 'the autoscaling of the services',
      ask: (options) => ask(batch, options),
      judge: (): Lookup => FOUND,
    }),
  )
  const failed = lookups.find((lookup) => lookup.kind === 'unknown')
  return failed?.kind === 'unknown' ? { bounds, unknown: failed.why } : { bounds }
}
