import type { Caller, Members, Operations } from '../../kernel/call.ts'
import type { ElbContext } from '../context.ts'
import { duplicateTargetGroup, invalid, notSimulated, targetGroupInUse, targetGroupNotFound } from '../errors.ts'
import type { TargetGroup } from '../model.ts'
import { checkName, targetGroupArn } from '../names.ts'
import {
  attributeList,
  httpGroupAttributes,
  initialAttributes,
  readAttributes,
  tcpGroupAttributes,
} from '../request/attributes.ts'
import { initialHealthCheck, readHealthCheck } from '../request/health-check-settings.ts'
import { page } from '../request/paging.ts'
import { Parameters } from '../request/parameters.ts'
import type { Resources } from '../resources.ts'
import { findLoadBalancer, findTargetGroup } from './find.ts'

import { readTags } from './tags.ts'

const protocols = ['HTTP', 'HTTPS', 'TCP', 'TLS', 'UDP', 'TCP_UDP', 'GENEVE', 'QUIC', 'TCP_QUIC'] as const

export function targetGroupOperations(elb: ElbContext): Operations {
  const find = (members: Members, caller: Caller) => findTargetGroup(elb.accounts.get(caller), new Parameters(members))

  return {
    CreateTargetGroup: (members, caller) => ({
      TargetGroups: [targetGroupMembers(createTargetGroup(elb, new Parameters(members), caller))],
    }),
    DescribeTargetGroups: (members, caller) => {
      const input = new Parameters(members)
      const { items, next } = page(input, select(elb.accounts.get(caller), input))
      return { TargetGroups: items.map(targetGroupMembers), NextMarker: next }
    },
    ModifyTargetGroup: (members, caller) => {
      const group = find(members, caller)
      group.healthCheck = readHealthCheck(new Parameters(members), group.healthCheck, group.protocol)
      return { TargetGroups: [targetGroupMembers(group)] }
    },
    DeleteTargetGroup: (members, caller) => {
      const resources = elb.accounts.get(caller)
      const arn = new Parameters(members).required('TargetGroupArn')
      const group = resources.targetGroups.get(arn)
      // As in AWS, deleting something that does not exist succeeds.
      if (group === undefined) return {}
      if (group.usedBy.size > 0) throw targetGroupInUse(arn)
      elb.health.forget(group)
      resources.targetGroups.delete(arn)
      resources.targetGroupsByName.delete(group.name)
      return {}
    },
    DescribeTargetGroupAttributes: (members, caller) => attributeList(find(members, caller).attributes),
    ModifyTargetGroupAttributes: (members, caller) => {
      const group = find(members, caller)
      const changes = readAttributes('Target group', attributesOf(group), new Parameters(members))
      for (const [key, value] of changes) group.attributes.set(key, value)
      return attributeList(group.attributes)
    },
  }
}

const attributesOf = ({ protocol, targetType }: Pick<TargetGroup, 'protocol' | 'targetType'>) =>
  protocol === 'TCP' ? tcpGroupAttributes(targetType) : httpGroupAttributes

function createTargetGroup(elb: ElbContext, input: Parameters, caller: Caller): TargetGroup {
  const name = input.required('Name')
  checkName('Target group', name)
  const targetType = input.oneOf('TargetType', ['instance', 'ip', 'lambda', 'alb']) ?? 'instance'
  if (targetType === 'lambda' || targetType === 'alb') throw notSimulated(`target groups of type '${targetType}'`)
  const protocol = input.oneOf('Protocol', protocols)
  const port = input.number('Port', 1, 65_535)
  const vpcId = input.text('VpcId')
  if (protocol === undefined) throw invalid('A protocol must be specified')
  if (port === undefined) throw invalid('A port must be specified')
  if (vpcId === undefined) throw invalid('A VPC ID must be specified')
  if (protocol !== 'HTTP' && protocol !== 'HTTPS' && protocol !== 'TCP') {
    throw notSimulated(`target groups of protocol ${protocol}`, 'HTTP, HTTPS and TCP are.')
  }
  if (input.has('TargetControlPort')) throw notSimulated('TargetControlPort of CreateTargetGroup')
  const resources = elb.accounts.get(caller)
  const scope = { account: caller.account, region: caller.region }
  const kind = { protocol, targetType }
  const group: TargetGroup = {
    ...{ scope, name, ...kind, port, vpcId },
    protocolVersion: protocolVersion(input, protocol),
    arn: targetGroupArn(scope, name),
    ipAddressType: input.oneOf('IpAddressType', ['ipv4', 'ipv6']) ?? 'ipv4',
    healthCheck: readHealthCheck(input, initialHealthCheck(protocol, input), protocol),
    attributes: initialAttributes(attributesOf(kind)),
    tags: readTags(input),
    usedBy: new Set(),
    targets: new Map(),
    rotation: undefined,
  }
  const before = resources.targetGroupsByName.get(name)
  if (before !== undefined) return sameAs(before, group)
  resources.targetGroups.set(group.arn, group)
  resources.targetGroupsByName.set(name, group)
  return group
}

function protocolVersion(input: Parameters, protocol: TargetGroup['protocol']): 'HTTP1' | undefined {
  // Terraform sends an empty value for an unset one.
  const version = input.text('ProtocolVersion') || undefined
  if (protocol === 'TCP') {
    if (version !== undefined) throw invalid('Protocol version cannot be specified for target groups of protocol TCP')
    return undefined
  }
  if (version !== undefined && version !== 'HTTP1') throw notSimulated(`protocol version ${version}`, 'HTTP1 is.')
  return 'HTTP1'
}

/** Returns an existing target group with the same settings. Throws when its settings differ, as AWS does. */
function sameAs(before: TargetGroup, wanted: TargetGroup): TargetGroup {
  const settings = ({ protocol, port, vpcId, targetType, ipAddressType, healthCheck }: TargetGroup) =>
    JSON.stringify([protocol, port, vpcId, targetType, ipAddressType, Object.entries(healthCheck).sort()])
  if (settings(before) !== settings(wanted)) throw duplicateTargetGroup(wanted.name)
  return before
}

function select(resources: Resources, input: Parameters): readonly TargetGroup[] {
  const arns = input.texts('TargetGroupArns', 20)
  const names = input.texts('Names', 20)
  const ofLoadBalancer = input.has('LoadBalancerArn')
  if ([arns.length > 0, names.length > 0, ofLoadBalancer].filter(Boolean).length > 1) {
    throw invalid('Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time')
  }
  if (ofLoadBalancer) {
    const balancer = findLoadBalancer(resources, input)
    return [...resources.targetGroups.values()].filter((group) => loadBalancersOf(group).includes(balancer.arn))
  }
  if (arns.length === 0 && names.length === 0) return [...resources.targetGroups.values()]
  const wanted = arns.length > 0 ? arns : names
  const known = arns.length > 0 ? resources.targetGroups : resources.targetGroupsByName
  if (wanted.some((one) => !known.has(one))) throw targetGroupNotFound()
  return wanted.flatMap((one) => known.get(one) ?? [])
}

const loadBalancersOf = (group: TargetGroup) => [
  ...new Set([...group.usedBy].map((rule) => rule.listener.loadBalancer.arn)),
]

function targetGroupMembers(group: TargetGroup): Members {
  const check = group.healthCheck
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    Port: group.port,
    VpcId: group.vpcId,
    HealthCheckProtocol: check.protocol,
    HealthCheckPort: check.port,
    HealthCheckEnabled: check.enabled,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthCheckTimeoutSeconds: check.timeoutSeconds,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    HealthCheckPath: check.path,
    Matcher: check.matcher === undefined ? undefined : { HttpCode: check.matcher },
    LoadBalancerArns: loadBalancersOf(group),
    TargetType: group.targetType,
    ProtocolVersion: group.protocolVersion,
    IpAddressType: group.ipAddressType,
  }
}
