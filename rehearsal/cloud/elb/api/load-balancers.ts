import type { Caller, Members, Operations } from '../../kernel/call.ts'
import type { ElbContext } from '../context.ts'
import {
  duplicateLoadBalancer,
  incompatible,
  invalid,
  loadBalancerNotFound,
  loadBalancersNotFound,
  notPermitted,
  notSimulated,
} from '../errors.ts'
import type { LoadBalancer } from '../model.ts'
import { checkName, hostedZone, loadBalancerArn } from '../names.ts'
import {
  applicationAttributes,
  attributeList,
  initialAttributes,
  networkAttributes,
  readAttributes,
} from '../request/attributes.ts'
import { page } from '../request/paging.ts'
import { Parameters } from '../request/parameters.ts'
import type { Resources } from '../resources.ts'
import type { Subnet } from '../vpcs.ts'
import { findLoadBalancer } from './find.ts'
import { closeListener } from './listeners.ts'
import { readTags } from './tags.ts'

/** How long the state is `provisioning`. It takes minutes on AWS. */
const provisioningMs = 1_000

export function loadBalancerOperations(elb: ElbContext): Operations {
  const find = (members: Members, caller: Caller) => findLoadBalancer(elb.accounts.get(caller), new Parameters(members))
  const describe = (balancer: LoadBalancer) => loadBalancerMembers(balancer, elb.clock.now())

  return {
    CreateLoadBalancer: async (members, caller) => {
      const balancer = await createLoadBalancer(elb, new Parameters(members), caller)
      return { LoadBalancers: [describe(balancer)] }
    },
    DescribeLoadBalancers: (members, caller) => {
      const input = new Parameters(members)
      const { items, next } = page(input, select(elb.accounts.get(caller), input))
      return { LoadBalancers: items.map(describe), NextMarker: next }
    },
    DeleteLoadBalancer: async (members, caller) => {
      const resources = elb.accounts.get(caller)
      const arn = new Parameters(members).required('LoadBalancerArn')
      const balancer = resources.loadBalancers.get(arn)
      // As in AWS, deleting something that does not exist succeeds.
      if (balancer === undefined) return {}
      if (balancer.attributes.get('deletion_protection.enabled') === 'true') {
        throw notPermitted(`Load balancer '${arn}' cannot be deleted because deletion protection is enabled`)
      }
      resources.loadBalancers.delete(arn)
      resources.loadBalancersByName.delete(balancer.name)
      for (const listener of [...balancer.listeners.values()]) await closeListener(elb, resources, listener)
      await balancer.release()
      return {}
    },
    DescribeLoadBalancerAttributes: (members, caller) => attributeList(find(members, caller).attributes),
    ModifyLoadBalancerAttributes: (members, caller) => {
      const balancer = find(members, caller)
      const table = balancer.type === 'application' ? applicationAttributes : networkAttributes
      const changes = readAttributes('Load balancer', table, new Parameters(members))
      for (const [key, value] of changes) balancer.attributes.set(key, value)
      return attributeList(balancer.attributes)
    },
    SetSubnets: async (members, caller) => {
      const balancer = find(members, caller)
      const subnets = await readSubnets(elb, new Parameters(members), caller, balancer.type)
      balancer.zones = zones(subnets)
      return { AvailabilityZones: zoneMembers(balancer), IpAddressType: balancer.ipAddressType }
    },
    SetSecurityGroups: (members, caller) => {
      const balancer = find(members, caller)
      const groups = new Parameters(members).texts('SecurityGroups')
      if (groups.length === 0) throw invalid('At least one security group must be specified')
      balancer.securityGroups = groups
      return { SecurityGroupIds: groups }
    },
    SetIpAddressType: (members, caller) => {
      const balancer = find(members, caller)
      const input = new Parameters(members)
      balancer.ipAddressType = input.oneOf('IpAddressType', ['ipv4', 'dualstack']) ?? input.required('IpAddressType')
      return { IpAddressType: balancer.ipAddressType }
    },
    // Terraform calls this on each read. The rehearsal has no capacity reservations.
    DescribeCapacityReservation: (members, caller) => {
      find(members, caller)
      return { CapacityReservationState: [] }
    },
  }
}

async function createLoadBalancer(elb: ElbContext, input: Parameters, caller: Caller): Promise<LoadBalancer> {
  const name = input.required('Name')
  checkName('Load balancer', name)
  if (name.startsWith('internal-')) throw invalid(`Load balancer name '${name}' cannot begin with 'internal-'`)
  const type = input.oneOf('Type', ['application', 'network', 'gateway']) ?? 'application'
  if (type === 'gateway') throw notSimulated('Gateway Load Balancers')
  for (const member of [
    'IpamPools',
    'CustomerOwnedIpv4Pool',
    'EnablePrefixForIpv6SourceNat',
    'MinimumLoadBalancerCapacity',
  ]) {
    if (input.has(member)) throw notSimulated(`${member} of CreateLoadBalancer`)
  }
  const scheme = input.oneOf('Scheme', ['internet-facing', 'internal']) ?? 'internet-facing'
  const ipAddressType = input.oneOf('IpAddressType', ['ipv4', 'dualstack']) ?? 'ipv4'
  const tags = readTags(input)
  const subnets = await readSubnets(elb, input, caller, type)
  const vpcId = subnets[0]?.vpcId ?? ''
  const securityGroups = await readSecurityGroups(elb, input, caller, type, vpcId)

  const resources = elb.accounts.get(caller)
  const settings = { type, scheme, ipAddressType, subnets: subnets.map(({ id }) => id), securityGroups }
  const before = existing(resources, name, settings)
  if (before !== undefined) return before
  const scope = { account: caller.account, region: caller.region }
  const address = await elb.traffic.claimAddress(scope, name, scheme, type)
  if (resources.loadBalancersByName.has(name)) {
    await address.release()
    throw duplicateLoadBalancer(name)
  }
  const balancer: LoadBalancer = {
    ...{ scope, name, type, scheme, ipAddressType, vpcId, tags, securityGroups },
    arn: loadBalancerArn(scope, type, name),
    dnsName: address.dnsName,
    release: address.release,
    createdAt: new Date(elb.clock.now()),
    zones: zones(subnets),
    attributes: initialAttributes(type === 'application' ? applicationAttributes : networkAttributes),
    listeners: new Map(),
  }
  resources.loadBalancers.set(balancer.arn, balancer)
  resources.loadBalancersByName.set(name, balancer)
  return balancer
}

/** Returns an existing load balancer with the same settings. Throws when its settings differ, as AWS does. */
function existing(
  resources: Resources,
  name: string,
  wanted: { type: string; scheme: string; subnets: readonly string[]; securityGroups: readonly string[] },
): LoadBalancer | undefined {
  const balancer = resources.loadBalancersByName.get(name)
  if (balancer === undefined) return undefined
  const same =
    balancer.type === wanted.type &&
    balancer.scheme === wanted.scheme &&
    sameSet(
      balancer.zones.map(({ subnetId }) => subnetId),
      wanted.subnets,
    ) &&
    sameSet(balancer.securityGroups, wanted.securityGroups)
  if (!same) throw duplicateLoadBalancer(name)
  return balancer
}

const sameSet = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && new Set([...a, ...b]).size === a.length

async function readSubnets(elb: ElbContext, input: Parameters, caller: Caller, type: LoadBalancer['type']) {
  const mappings = input.list('SubnetMappings')
  for (const mapping of mappings) {
    for (const member of ['AllocationId', 'PrivateIPv4Address', 'IPv6Address', 'SourceNatIpv6Prefix']) {
      if (mapping.has(member)) throw notSimulated(`${member} in subnet mappings`)
    }
  }
  const ids = [...input.texts('Subnets'), ...mappings.map((mapping) => mapping.required('SubnetId'))]
  const least = type === 'application' ? 2 : 1
  if (ids.length < least) throw tooFewSubnets(type)
  const subnets = await elb.vpcs.subnets(caller, ids)
  if (new Set(subnets.map(({ vpcId }) => vpcId)).size > 1) {
    throw incompatible('All subnets must belong to the same VPC')
  }
  if (new Set(subnets.map(({ zone }) => zone)).size < subnets.length) {
    throw incompatible('A load balancer cannot be attached to multiple subnets in the same Availability Zone')
  }
  return subnets
}

const tooFewSubnets = (type: LoadBalancer['type']) =>
  invalid(
    type === 'application'
      ? 'At least two subnets in two different Availability Zones must be specified'
      : 'At least one subnet must be specified',
  )

async function readSecurityGroups(
  elb: ElbContext,
  input: Parameters,
  caller: Caller,
  type: LoadBalancer['type'],
  vpcId: string,
): Promise<readonly string[]> {
  const groups = input.texts('SecurityGroups')
  if (groups.length > 0 || type === 'network') return groups
  return [await elb.vpcs.defaultSecurityGroup(caller, vpcId)]
}

const zones = (subnets: readonly Subnet[]) => subnets.map(({ id, zone }) => ({ subnetId: id, name: zone }))

function select(resources: Resources, input: Parameters): readonly LoadBalancer[] {
  const arns = input.texts('LoadBalancerArns', 20)
  const names = input.texts('Names', 20)
  if (arns.length > 0 && names.length > 0) {
    throw invalid('Load balancer names and load balancer ARNs cannot be specified at the same time')
  }
  if (arns.length === 0 && names.length === 0) return [...resources.loadBalancers.values()]
  const wanted = arns.length > 0 ? arns : names
  const known = arns.length > 0 ? resources.loadBalancers : resources.loadBalancersByName
  const missing = wanted.filter((one) => !known.has(one))
  if (missing.length > 0) throw arns.length > 0 ? loadBalancerNotFound() : loadBalancersNotFound(missing)
  return wanted.flatMap((one) => known.get(one) ?? [])
}

const zoneMembers = (balancer: LoadBalancer): Members[] =>
  balancer.zones.map(({ name, subnetId }) => ({ ZoneName: name, SubnetId: subnetId, LoadBalancerAddresses: [] }))

function loadBalancerMembers(balancer: LoadBalancer, now: number): Members {
  return {
    LoadBalancerArn: balancer.arn,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneId: hostedZone(balancer.scope.region, balancer.type),
    CreatedTime: balancer.createdAt,
    LoadBalancerName: balancer.name,
    Scheme: balancer.scheme,
    VpcId: balancer.vpcId,
    State: { Code: now - balancer.createdAt.getTime() < provisioningMs ? 'provisioning' : 'active' },
    Type: balancer.type,
    AvailabilityZones: zoneMembers(balancer),
    SecurityGroups: balancer.securityGroups,
    IpAddressType: balancer.ipAddressType,
  }
}
