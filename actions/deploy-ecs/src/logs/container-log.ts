import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import { sdkError } from '../../../../toolkit/aws/aws-error.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'

/** The CloudWatch log stream of one container of one task. */
export interface LogStream {
  readonly region: string
  readonly group: string
  readonly stream: string
}

/** The log stream of a container of a task; `undefined` where it does not log to CloudWatch, or its stream is not known. */
export function logStreamOf(container: ContainerDefinition, taskId: string, region: string): LogStream | undefined {
  const { logDriver, options = {} } = container.logConfiguration ?? {}
  const group = options['awslogs-group']
  const prefix = options['awslogs-stream-prefix']
  // Without a prefix, the stream is named by the container's runtime id.
  if (logDriver !== 'awslogs' || group === undefined || prefix === undefined || container.name === undefined) {
    return undefined
  }
  return { group, region: options['awslogs-region'] ?? region, stream: `${prefix}/${container.name}/${taskId}` }
}

/** A page of a log, and the token of the next one. */
export interface LogPiece {
  readonly lines: readonly string[]
  readonly next?: string
}

/**
 * Reads the lines after the token `from`, else the last lines, at most `limit`. Empty for a stream that does not exist (yet).
 * `once`: does not retry, for a caller that reads again soon.
 */
export async function readLog(
  aws: AwsCalls,
  { region, group, stream }: LogStream,
  how: { readonly from?: string; readonly fromStart?: boolean; readonly once?: boolean; readonly limit: number },
): Promise<LogPiece> {
  try {
    const ask = new GetLogEventsCommand({
      logGroupName: group,
      logStreamName: stream,
      limit: how.limit,
      startFromHead: how.fromStart ?? false,
      ...(how.from === undefined ? {} : { nextToken: how.from }),
    })
    const send = (options: { readonly abortSignal: AbortSignal }) => aws.clients.logs(region).send(ask, options)
    const doing = `read the log \`${stream}\``
    const { events = [], nextForwardToken } = await (how.once
      ? aws.callOnce('other', doing, send)
      : aws.call('other', doing, send))
    return {
      lines: events.map(({ message = '' }) => message.trimEnd()),
      ...(nextForwardToken === undefined ? {} : { next: nextForwardToken }),
    }
  } catch (error) {
    const cause = sdkError(error)
    if (cause instanceof Error && cause.name === 'ResourceNotFoundException') return { lines: [] }
    throw error
  }
}
