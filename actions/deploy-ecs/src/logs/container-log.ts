import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import type { AwsCalls } from '../aws/aws-calls.ts'

/** The CloudWatch log stream of one container of one task. */
export interface LogStream {
  readonly region: string
  readonly group: string
  readonly stream: string
}

/** Where a container of a task logs to; `undefined` where that is not CloudWatch, or cannot be told. */
export function logStreamOf(container: ContainerDefinition, taskId: string, region: string): LogStream | undefined {
  const { logDriver, options = {} } = container.logConfiguration ?? {}
  const group = options['awslogs-group']
  const prefix = options['awslogs-stream-prefix']
  // Without a prefix, the stream has the id of the container, which only its instance knows.
  if (logDriver !== 'awslogs' || group === undefined || prefix === undefined || container.name === undefined) {
    return undefined
  }
  return { group, region: options['awslogs-region'] ?? region, stream: `${prefix}/${container.name}/${taskId}` }
}

/** A piece of a log, and where the next one begins. */
export interface LogPiece {
  readonly lines: readonly string[]
  readonly next?: string
}

/**
 * The lines after `from`, or the last lines there are. Nothing where the stream is not there (yet). With `once`, a call that
 * fails is not made again: for who looks again anyway, and has other things to look at.
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
    const cause = error instanceof Error ? error.cause : undefined
    if (cause instanceof Error && cause.name === 'ResourceNotFoundException') return { lines: [] }
    throw error
  }
}
