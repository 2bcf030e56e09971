import { randomBytes } from 'node:crypto'
import { formatArn } from '../kernel/arn.ts'
import type { Scope } from '../kernel/call.ts'
import { invalid } from './errors.ts'

const unique = () => randomBytes(8).toString('hex')
const arn = (scope: Scope, resource: string) => formatArn('elasticloadbalancing', scope, resource)

export const loadBalancerArn = (scope: Scope, type: 'application' | 'network', name: string): string =>
  arn(scope, `loadbalancer/${type === 'application' ? 'app' : 'net'}/${name}/${unique()}`)

export const targetGroupArn = (scope: Scope, name: string): string => arn(scope, `targetgroup/${name}/${unique()}`)

export const listenerArn = (loadBalancer: string): string =>
  `${loadBalancer.replace(':loadbalancer/', ':listener/')}/${unique()}`

export const ruleArn = (listener: string): string => `${listener.replace(':listener/', ':listener-rule/')}/${unique()}`

/** DNS name in AWS's form, for a load balancer without traffic. */
export const awsDnsName = (scope: Scope, name: string, scheme: string, type: 'application' | 'network'): string => {
  const host = `${scheme === 'internal' ? 'internal-' : ''}${name}`
  return type === 'application'
    ? `${host}-${Number.parseInt(unique().slice(0, 8), 16)}.${scope.region}.elb.amazonaws.com`
    : `${host}-${unique()}.elb.${scope.region}.amazonaws.com`
}

/** Refuses a name as AWS does. `kind` is `Load balancer` or `Target group`. */
export function checkName(kind: string, name: string): void {
  if (name.length > 32) throw invalid(`${kind} name '${name}' cannot be longer than '32' characters`)
  if (!/^[A-Za-z0-9-]+$/.test(name)) {
    throw invalid(`${kind} name '${name}' can only contain characters that are alphanumeric characters or hyphens(-)`)
  }
  if (name.startsWith('-') || name.endsWith('-')) throw invalid(`${kind} name '${name}' cannot begin or end with '-'`)
}

/** Route 53 hosted zones of load balancers, for alias records, as AWS publishes them. Other regions have none here. */
const hostedZones: Readonly<Record<string, readonly [application: string, network: string]>> = {
  'us-east-1': ['Z35SXDOTRQ7X7K', 'Z26RNL4JYFTOTI'],
  'us-east-2': ['Z3AADJGX6KTTL2', 'ZLMOA37VPKANP'],
  'us-west-1': ['Z368ELLRRE2KJ0', 'Z24FKFUX50B4VW'],
  'us-west-2': ['Z1H1FL5HABSF5', 'Z18D5FSROUN65G'],
  'ca-central-1': ['ZQSVJUPU6J1EY', 'Z2EPGBW3API2WT'],
  'eu-central-1': ['Z215JYRZR1TBD5', 'Z3F0SRJ5LGBH90'],
  'eu-west-1': ['Z32O12XQLNTSW2', 'Z2IFOLAFXWLO4F'],
  'eu-west-2': ['ZHURV8PSTC4K8', 'ZD4D7Y8KGAS4G'],
  'eu-west-3': ['Z3Q77PNBQS71R4', 'Z1CMS0P5QUZ6D5'],
  'eu-north-1': ['Z23TAZ6LKFMNIO', 'Z1UDT6IFJ4EJM'],
  'ap-south-1': ['ZP97RAFLXTNZK', 'ZVDDRBQ08TROA'],
  'ap-southeast-1': ['Z1LMS91P8CMLE5', 'ZKVM4W9LS7TM'],
  'ap-southeast-2': ['Z1GM3OXH4ZPM65', 'ZCT6FZBF4DROD'],
  'ap-northeast-1': ['Z14GRHDCWA56QT', 'Z31USIVHYNEOWT'],
  'ap-northeast-2': ['ZWKZPGTI48KDX', 'ZIBE1TIR4HY56'],
  'sa-east-1': ['Z2P70J7HTTTPLU', 'ZTK26PT1VY4CU'],
}

export const hostedZone = (region: string, type: 'application' | 'network'): string | undefined =>
  hostedZones[region]?.[type === 'application' ? 0 : 1]
