// Links into the AWS console, for each partition of AWS.
import { parseArn } from '../../../../toolkit/aws/arn.ts'
import type { LogStream } from '../logs/container-log.ts'

const HOSTS: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
}

/** URL of a service's page; '' for a text that is no service ARN, and for a partition without a known console. */
export function serviceUrl(serviceArn: string, tab = 'health'): string {
  const [root, region, [type, cluster = '', service = '']] = partsOf(serviceArn)
  if (type !== 'service' || service === '') return ''
  return root && `${root}/ecs/v2/clusters/${cluster}/services/${service}/${tab}?region=${region}`
}

/** URL of a task's page; '' as above. */
export function taskUrl(taskArn: string): string {
  const [root, region, [type, cluster = '', task = '']] = partsOf(taskArn)
  if (type !== 'task' || task === '') return ''
  return root && `${root}/ecs/v2/clusters/${cluster}/tasks/${task}/configuration?region=${region}`
}

/** URL of a log stream's page, in the partition of `arn`; '' as above. */
export function logUrl({ region, group, stream }: LogStream, arn: string): string {
  const root = rootOf(parseArn(arn)?.partition ?? '', region)
  const escaped = (text: string) => encodeURIComponent(encodeURIComponent(text.toWellFormed())).replaceAll('%', '$')
  return (
    root &&
    `${root}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${escaped(group)}/log-events/${escaped(stream)}`
  )
}

function partsOf(text: string): readonly [root: string, region: string, resource: readonly string[]] {
  const { partition = '', region = '', resource = '' } = parseArn(text) ?? {}
  return [rootOf(partition, region), region, resource.split('/')]
}

function rootOf(partition: string, region: string): string {
  const host = HOSTS[partition]
  return host === undefined ? '' : `https://${partition === 'aws' ? `${region}.` : ''}${host}`
}
