import { BlockList, isIP } from 'node:net'
import type { Target, TargetHealth } from '../../interfaces.ts'
import type { Members, Operations } from '../../kernel/call.ts'
import { AwsError } from '../../kernel/errors.ts'
import type { ElbContext } from '../context.ts'
import { invalid, notSimulated } from '../errors.ts'
import { type TargetGroup, targetKey } from '../model.ts'
import { Parameters } from '../request/parameters.ts'
import { findTargetGroup } from './find.ts'

const notRegistered: TargetHealth = {
  state: 'unused',
  reason: 'Target.NotRegistered',
  description: 'Target is not registered to the target group',
}

export function targetOperations(elb: ElbContext): Operations {
  return {
    RegisterTargets: (members, caller) => {
      const input = new Parameters(members)
      const group = findTargetGroup(elb.accounts.get(caller), input)
      const targets = readTargets(input, group)
      for (const target of targets) checkTarget(target, group)
      for (const target of targets) elb.health.register(group, target)
      return {}
    },
    DeregisterTargets: (members, caller) => {
      const input = new Parameters(members)
      const group = findTargetGroup(elb.accounts.get(caller), input)
      for (const target of registeredAs(input, group)) elb.health.deregister(group, target)
      return {}
    },
    DescribeTargetHealth: (members, caller) => {
      const input = new Parameters(members)
      const group = findTargetGroup(elb.accounts.get(caller), input)
      const asked = input.has('Targets')
        ? readTargets(input, group)
        : [...group.targets.values()].map(({ target }) => target)
      return { TargetHealthDescriptions: asked.map((target) => descriptionOf(group, target)) }
    },
  }
}

function readTargets(input: Parameters, group: TargetGroup): readonly Target[] {
  const targets = input.list('Targets')
  if (targets.length === 0) throw input.missing('Targets')
  return targets.map((one) => {
    if (one.has('AvailabilityZone') && one.text('AvailabilityZone') !== 'all') {
      throw notSimulated('targets outside the VPC, by AvailabilityZone')
    }
    return { id: one.required('Id'), port: one.number('Port', 1, 65_535) ?? group.port }
  })
}

/** A target to deregister without a port means all its ports, as on AWS. */
const registeredAs = (input: Parameters, group: TargetGroup): readonly Target[] =>
  input.list('Targets').flatMap((one) => {
    const id = one.required('Id')
    const port = one.number('Port', 1, 65_535)
    const all = [...group.targets.values()].map(({ target }) => target)
    return all.filter((target) => target.id === id && (port === undefined || target.port === port))
  })

const reachable = new BlockList()
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  // AWS refuses the loopback network. Processes on this machine have addresses of it.
  ['127.0.0.0', 8],
] as const) {
  reachable.addSubnet(network, bits)
}

function checkTarget({ id }: Target, group: TargetGroup): void {
  if (group.targetType === 'instance') {
    if (/^i-[0-9a-f]{8,17}$/.test(id)) return
    throw new AwsError('InvalidTarget', `The following targets are not valid instance IDs: '${id}'`)
  }
  const version = isIP(id)
  if (version === 0) throw invalid(`The IP address '${id}' is not a valid IPv4 address`)
  if (version === 6 || !reachable.check(id)) {
    throw new AwsError(
      'InvalidTarget',
      `The IP address '${id}' is not within any of the private ranges 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16`,
    )
  }
}

function descriptionOf(group: TargetGroup, target: Target): Members {
  const health = group.targets.get(targetKey(target))?.health ?? notRegistered
  const { port } = group.healthCheck
  return {
    Target: { Id: target.id, Port: target.port, AvailabilityZone: undefined },
    HealthCheckPort: port === 'traffic-port' ? `${target.port}` : port,
    TargetHealth: { State: health.state, Reason: health.reason, Description: health.description },
  }
}
