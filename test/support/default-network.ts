// The default network of a rehearsal's account, read with EC2's API: the dependencies have no client for EC2, and a start of the
// AWS CLI takes a second of processor time.

export interface DefaultNetwork {
  readonly subnets: readonly string[]
  readonly vpc: string
  readonly securityGroup: string
}

/** `url` is that of a rehearsal cloud, or of moto. */
export async function defaultNetwork(url: string): Promise<DefaultNetwork> {
  const subnets = await describe(url, 'DescribeSubnets')
  const [vpc] = all('vpcId', subnets)
  const [securityGroup] = all('groupId', await describe(url, 'DescribeSecurityGroups'))
  if (vpc === undefined || securityGroup === undefined) throw new Error(`No default network at ${url}: ${subnets}`)
  return { subnets: all('subnetId', subnets), vpc, securityGroup }
}

async function describe(url: string, action: string): Promise<string> {
  const scope = '123456789012/20260101/us-east-1/ec2/aws4_request'
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` },
    body: new URLSearchParams({ Action: action, Version: '2016-11-15' }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${action} at ${url}: ${response.status} ${text}`)
  return text
}

const all = (element: string, xml: string): readonly string[] =>
  [...xml.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, 'g'))].map(([, text = '']) => text)
