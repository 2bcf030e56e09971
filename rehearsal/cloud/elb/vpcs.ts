import { XMLParser } from 'fast-xml-parser'
import type { Scope } from '../kernel/call.ts'
import { AwsError } from '../kernel/errors.ts'

export interface Subnet {
  readonly id: string
  readonly vpcId: string
  readonly zone: string
}

/** What Elastic Load Balancing needs of EC2. */
export interface Vpcs {
  /** The subnets, in the order of the request. Throws SubnetNotFound. */
  subnets(scope: Scope, ids: readonly string[]): Promise<readonly Subnet[]>
  defaultSecurityGroup(scope: Scope, vpcId: string): Promise<string>
}

/** Sends one EC2 query request for an account and region. Returns the XML of the answer. */
export type AskEc2 = (scope: Scope, parameters: Readonly<Record<string, string>>) => Promise<string>

/** The VPCs of a real or emulated EC2. */
export function vpcsOf(ask: AskEc2): Vpcs {
  return {
    async subnets(scope, ids) {
      const parameters = Object.fromEntries(ids.map((id, index) => [`SubnetId.${index + 1}`, id]))
      const xml = await ask(scope, { Action: 'DescribeSubnets', Version: '2016-11-15', ...parameters })
      const known = new Map(items(xml, 'DescribeSubnetsResponse', 'subnetSet').map((item) => [item['subnetId'], item]))
      return ids.map((id) => {
        const item = known.get(id)
        if (item === undefined) throw subnetNotFound(id)
        return { id, vpcId: item['vpcId'] ?? '', zone: item['availabilityZone'] ?? '' }
      })
    },
    async defaultSecurityGroup(scope, vpcId) {
      const xml = await ask(scope, {
        Action: 'DescribeSecurityGroups',
        Version: '2016-11-15',
        'Filter.1.Name': 'vpc-id',
        'Filter.1.Value.1': vpcId,
        'Filter.2.Name': 'group-name',
        'Filter.2.Value.1': 'default',
      })
      const id = items(xml, 'DescribeSecurityGroupsResponse', 'securityGroupInfo')[0]?.['groupId']
      if (id === undefined) throw new AwsError('InvalidSecurityGroup', `VPC '${vpcId}' has no default security group`)
      return id
    },
  }
}

/**
 * Without EC2: any subnet exists, each in the next zone of the region, all in one VPC. Enough for
 * simulated runs, which have no networks.
 */
export const simulatedVpcs: Vpcs = {
  async subnets(scope, ids) {
    return ids.map((id, index) => ({
      id,
      vpcId: 'vpc-00000000',
      zone: `${scope.region}${String.fromCharCode('a'.charCodeAt(0) + (index % 6))}`,
    }))
  },
  async defaultSecurityGroup() {
    return 'sg-00000000'
  },
}

const subnetNotFound = (id: string) => new AwsError('SubnetNotFound', `The subnet ID '${id}' does not exist`)

type Item = Readonly<Record<string, string | undefined>>

function items(xml: string, response: string, set: string): readonly Item[] {
  const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'item' })
  const root = parser.parse(xml) as Record<string, Record<string, { item?: Item[] } | ''>>
  const missing = /<Code>InvalidSubnetID\.NotFound<\/Code>/.test(xml)
  if (missing) throw subnetNotFound(/subnet-[0-9a-z]+/.exec(xml)?.[0] ?? 'unknown')
  const found = root[response]?.[set]
  return (typeof found === 'object' ? found.item : undefined) ?? []
}
