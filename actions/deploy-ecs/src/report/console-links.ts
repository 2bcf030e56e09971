// Links into the AWS console, for each partition of AWS.

import type { LogStream } from '../logs/container-log.ts'

const HOSTS: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
}

/** The page of a service; '' for an ARN that is none. */
export function serviceUrl(serviceArn: string, tab = 'health'): string {
  const match = /^arn:([\w-]+):ecs:([\w-]+):\d{12}:service\/([^/]+)\/(.+)$/.exec(serviceArn)
  if (match === null) return ''
  const [, partition = '', region = '', cluster = '', service = ''] = match
  const root = rootOf(partition, region)
  return root && `${root}/ecs/v2/clusters/${cluster}/services/${service}/${tab}?region=${region}`
}

/** The page of a task; '' for an ARN that is none. */
export function taskUrl(taskArn: string): string {
  const match = /^arn:([\w-]+):ecs:([\w-]+):\d{12}:task\/([^/]+)\/(.+)$/.exec(taskArn)
  if (match === null) return ''
  const [, partition = '', region = '', cluster = '', task = ''] = match
  const root = rootOf(partition, region)
  return root && `${root}/ecs/v2/clusters/${cluster}/tasks/${task}/configuration?region=${region}`
}

/** The page of a log stream, in the partition of some ARN. */
export function logUrl({ region, group, stream }: LogStream, arn: string): string {
  const root = rootOf(arn.split(':')[1] ?? '', region)
  const escaped = (text: string) => encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$')
  return (
    root &&
    `${root}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${escaped(group)}/log-events/${escaped(stream)}`
  )
}

function rootOf(partition: string, region: string): string {
  const host = HOSTS[partition]
  return host === undefined ? '' : `https://${partition === 'aws' ? `${region}.` : ''}${host}`
}
