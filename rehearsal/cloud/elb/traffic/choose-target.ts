import type { Action, RegisteredTarget, TargetGroup, WeightedGroup } from '../model.ts'

type Forward = Extract<Action, { type: 'forward' }>

const turns = new WeakMap<readonly WeightedGroup[], number[]>()

/**
 * The group that gets the next request. Each group gets exactly its share of the weights, evenly distributed, so that a
 * shift of 10 % shows after ten requests. `undefined` if all weights are 0.
 */
export function nextGroup({ groups }: Forward): TargetGroup | undefined {
  if (groups.length === 1) return groups[0]?.weight === 0 ? undefined : groups[0]?.group
  const credits = turns.get(groups) ?? groups.map(() => 0)
  turns.set(groups, credits)
  const total = groups.reduce((sum, { weight }) => sum + weight, 0)
  if (total === 0) return undefined
  let best = -1
  groups.forEach(({ weight }, index) => {
    credits[index] = (credits[index] ?? 0) + weight
    if (weight > 0 && (best < 0 || (credits[index] ?? 0) > (credits[best] ?? 0))) best = index
  })
  credits[best] = (credits[best] ?? 0) - total
  return groups[best]?.group
}

/** The target for the next request, by the group's algorithm. `undefined` when no target can take it. */
export function nextTarget(group: TargetGroup): RegisteredTarget | undefined {
  const rotation = rotationOf(group)
  const { targets } = rotation
  if (targets.length === 0) return undefined
  rotation.next = (rotation.next + 1) % targets.length
  switch (group.attributes.get('load_balancing.algorithm.type')) {
    case 'least_outstanding_requests': {
      const least = Math.min(...targets.map(({ underWay }) => underWay.size))
      const fewest = targets.filter(({ underWay }) => underWay.size === least)
      return fewest[rotation.next % fewest.length]
    }
    case 'weighted_random':
      return targets[Math.floor(Math.random() * targets.length)]
    default:
      return targets[rotation.next]
  }
}

/** Whether the target takes new requests now. */
export const inRotation = (group: TargetGroup, target: RegisteredTarget): boolean =>
  rotationOf(group).targets.includes(target)

function rotationOf(group: TargetGroup) {
  group.rotation ??= { targets: takers(group), next: -1 }
  return group.rotation
}

/**
 * Healthy targets take requests. Where fewer than the group's minimum are healthy, and some are known to be unhealthy,
 * all of them do: the load balancer fails open. Draining targets never take new ones.
 */
function takers(group: TargetGroup): readonly RegisteredTarget[] {
  const all = [...group.targets.values()]
  const healthy = all.filter(({ health }) => health.state === 'healthy')
  const minimum = Number(
    group.attributes.get('target_group_health.unhealthy_state_routing.minimum_healthy_targets.count') ?? 1,
  )
  if (healthy.length >= minimum) return healthy
  const unhealthy = all.filter(({ health }) => health.state === 'unhealthy')
  return [...healthy, ...unhealthy]
}
