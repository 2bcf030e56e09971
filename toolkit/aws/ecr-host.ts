/** What the host of a private ECR registry says. There is one registry for each account and region. */
export interface EcrHost {
  readonly account: string
  readonly region: string
}

/**
 * The domains of ECR in each partition: first of its IPv4 hosts, then of its dual-stack hosts.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html and the SDK's table of partitions, where ECR has
 * `on.` in place of `api.` (a test compares them).
 */
const DOMAINS = [
  ['amazonaws.com', 'on.aws'],
  ['amazonaws.com.cn', 'on.amazonwebservices.com.cn'],
  ['amazonaws.eu', 'on.amazonwebservices.eu'],
  ['c2s.ic.gov', 'on.aws.ic.gov'],
  ['sc2s.sgov.gov', 'on.aws.scloud'],
  ['cloud.adc-e.uk', 'on.cloud-aws.adc-e.uk'],
  ['csp.hci.ic.gov', 'on.aws.hci.ic.gov'],
]
  .flat()
  .map((domain) => domain.replaceAll('.', '\\.'))
  .join('|')

const PRIVATE = new RegExp(`^(\\d{12})\\.dkr[.-]ecr(?:-fips)?\\.([a-z]{2,}(?:-[a-z0-9]+)+)\\.(?:${DOMAINS})$`, 'i')

/**
 * Account and region of a private ECR registry's host, in any partition, also dual-stack (`dkr-ecr`) and FIPS (`ecr-fips`);
 * `undefined` for any other host, and for one with a port.
 */
export function parseEcrHost(host: string): EcrHost | undefined {
  const [, account, region] = PRIVATE.exec(host) ?? []
  return account === undefined || region === undefined ? undefined : { account, region: region.toLowerCase() }
}

/** True for the public gallery's hosts: the IPv4 one and the dual-stack one. */
export const isEcrPublicHost = (host: string): boolean => /^(?:public\.ecr\.aws|ecr-public\.aws\.com)$/i.test(host)
