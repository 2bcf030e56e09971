// Errors of Elastic Load Balancing, with AWS's codes and messages.
import { AwsError } from '../kernel/errors.ts'

export const invalid = (message: string): AwsError => new AwsError('ValidationError', message)

/** Error for requests that AWS accepts but the rehearsal does not simulate. AWS has no such error. */
export const notSimulated = (what: string, instead?: string): AwsError =>
  new AwsError(
    'UnsupportedOperation',
    `The rehearsal cloud does not simulate ${what}.${instead === undefined ? '' : ` ${instead}`}`,
  )

export const loadBalancersNotFound = (names: readonly string[]): AwsError =>
  new AwsError('LoadBalancerNotFound', `Load balancers '[${names.join(', ')}]' not found`)

export const loadBalancerNotFound = (): AwsError =>
  new AwsError('LoadBalancerNotFound', 'One or more load balancers not found')

export const targetGroupNotFound = (): AwsError =>
  new AwsError('TargetGroupNotFound', 'One or more target groups not found')

export const actionTargetGroupNotFound = (arn: string): AwsError =>
  new AwsError('TargetGroupNotFound', `Target group '${arn}' not found`)

export const listenerNotFound = (): AwsError => new AwsError('ListenerNotFound', 'One or more listeners not found')

export const ruleNotFound = (): AwsError => new AwsError('RuleNotFound', 'One or more rules not found')

export const duplicateLoadBalancer = (name: string): AwsError =>
  new AwsError(
    'DuplicateLoadBalancerName',
    `A load balancer with the same name '${name}' exists, but with different settings`,
  )

export const duplicateTargetGroup = (name: string): AwsError =>
  new AwsError(
    'DuplicateTargetGroupName',
    `A target group with the same name '${name}' exists, but with different settings`,
  )

export const duplicateListener = (loadBalancerArn: string): AwsError =>
  new AwsError(
    'DuplicateListener',
    `A listener already exists on this port for this load balancer '${loadBalancerArn}'`,
  )

export const targetGroupInUse = (arn: string): AwsError =>
  new AwsError('ResourceInUse', `Target group '${arn}' is currently in use by a listener or a rule`)

export const targetGroupElsewhere = (arn: string): AwsError =>
  new AwsError(
    'TargetGroupAssociationLimit',
    `The following target groups cannot be associated with more than one load balancer: ${arn}`,
  )

export const priorityInUse = (priority: number): AwsError =>
  new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`)

export const notPermitted = (message: string): AwsError => new AwsError('OperationNotPermitted', message)

export const incompatible = (message: string): AwsError => new AwsError('InvalidConfigurationRequest', message)
