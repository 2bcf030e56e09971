// Links into the AWS console, for each partition of AWS.
const HOSTS: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
}

/** The page of a service; '' for an ARN that is none. */
export function serviceUrl(serviceArn: string): string {
  const match = /^arn:([\w-]+):ecs:([\w-]+):\d{12}:service\/([^/]+)\/(.+)$/.exec(serviceArn)
  if (match === null) return ''
  const [, partition = '', region = '', cluster = '', service = ''] = match
  const host = HOSTS[partition]
  if (host === undefined) return ''
  return `https://${partition === 'aws' ? `${region}.` : ''}${host}/ecs/v2/clusters/${cluster}/services/${service}/health?region=${region}`
}
