import type {
  DeregisterScalableTargetRequest,
  DescribeScalableTargetsRequest,
  ListTagsForResourceRequest,
  RegisterScalableTargetRequest,
  ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling'
import { type Caller, type Operations, PerScope, type Scope } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import { AwsError } from '../kernel/errors.ts'

export interface ScalableTargetsDeps {
  readonly clock: Clock
  /** Whether ECS has this service, ACTIVE. */
  hasService(scope: Scope, cluster: string, service: string): boolean
}

type Target = ScalableTarget & { readonly tags: Readonly<Record<string, string>> }

/**
 * Scalable targets of Application Auto Scaling: they are registered and described, and nothing scales by itself. moto has them
 * only for the services of its own ECS.
 */
export function scalableTargetOperations({ clock, hasService }: ScalableTargetsDeps): Operations {
  const regions = new PerScope(() => new Map<string, Target>())
  const keyOf = ({ ServiceNamespace, ResourceId, ScalableDimension }: DeregisterScalableTargetRequest) =>
    `service namespace: ${ServiceNamespace}, resource ID: ${ResourceId}, scalable dimension: ${ScalableDimension}`

  function register(input: RegisterScalableTargetRequest, caller: Caller) {
    const targets = regions.get(caller)
    const { ServiceNamespace, ResourceId = '', ScalableDimension, SuspendedState, Tags } = input
    if (ServiceNamespace === 'ecs') refuseUnknown(ResourceId, caller)
    const present = targets.get(keyOf(input))
    const { MinCapacity = present?.MinCapacity, MaxCapacity = present?.MaxCapacity } = input
    if (MinCapacity === undefined || MaxCapacity === undefined) {
      throw invalid('Both MinCapacity and MaxCapacity are required to register a scalable target.')
    }
    if (MinCapacity > MaxCapacity) throw invalid('Maximum capacity cannot be less than minimum capacity')
    const id = present?.ScalableTargetARN?.split('/').at(-1) ?? (targets.size + 1).toString(16).padStart(8, '0')
    const ScalableTargetARN = `arn:aws:application-autoscaling:${caller.region}:${caller.account}:scalable-target/${id}`
    targets.set(keyOf(input), {
      ServiceNamespace,
      ResourceId,
      ScalableDimension,
      MinCapacity,
      MaxCapacity,
      RoleARN: `arn:aws:iam::${caller.account}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService`,
      CreationTime: present?.CreationTime ?? new Date(clock.now()),
      SuspendedState: {
        DynamicScalingInSuspended: false,
        DynamicScalingOutSuspended: false,
        ScheduledScalingSuspended: false,
        ...present?.SuspendedState,
        ...SuspendedState,
      },
      ScalableTargetARN,
      tags: Tags ?? present?.tags ?? {},
    })
    return { ScalableTargetARN }
  }

  function refuseUnknown(resource: string, scope: Scope): void {
    const [, cluster = '', service = ''] = /^service\/([^/]+)\/([^/]+)$/.exec(resource) ?? []
    if (!hasService(scope, cluster, service)) throw invalid(`ECS service doesn't exist: ${resource}`)
  }

  return {
    RegisterScalableTarget: (input, caller) => register(input as unknown as RegisterScalableTargetRequest, caller),
    DeregisterScalableTarget: (input, caller) => {
      const key = keyOf(input as unknown as DeregisterScalableTargetRequest)
      if (!regions.get(caller).delete(key)) {
        throw new AwsError('ObjectNotFoundException', `No scalable target found for ${key}`)
      }
      return {}
    },
    DescribeScalableTargets: (input, caller) => {
      const asked = input as unknown as DescribeScalableTargetsRequest
      const found = [...regions.get(caller).values()].filter(
        (target) =>
          target.ServiceNamespace === asked.ServiceNamespace &&
          (asked.ResourceIds ?? [target.ResourceId]).includes(target.ResourceId ?? '') &&
          (asked.ScalableDimension ?? target.ScalableDimension) === target.ScalableDimension,
      )
      return { ScalableTargets: found.map(({ tags: _, ...target }) => target) }
    },
    ListTagsForResource: (input, caller) => {
      const { ResourceARN } = input as unknown as ListTagsForResourceRequest
      const found = [...regions.get(caller).values()].find(({ ScalableTargetARN }) => ScalableTargetARN === ResourceARN)
      if (found === undefined) {
        throw new AwsError('ResourceNotFoundException', `The resource doesn't exist: ${ResourceARN}`)
      }
      return { Tags: found.tags }
    },
  }
}

const invalid = (message: string) => new AwsError('ValidationException', message)
