import type { LogSink } from '../runtimes/docker/logs-and-secrets.ts'
import { askJson } from './calls.ts'
import type { Moto } from './moto.ts'

/** CloudWatch Logs, as the awslogs driver of a container uses it. */
export function containerLogs(moto: Moto): LogSink {
  return {
    async open(scope, { group, stream }, createGroup) {
      const make = (target: string, input: object) =>
        askJson(moto, scope, `Logs_20140328.${target}`, { ...input }).catch(unlessThere)
      if (createGroup) await make('CreateLogGroup', { logGroupName: group })
      await make('CreateLogStream', { logGroupName: group, logStreamName: stream })
    },
    async write(scope, { group, stream }, logEvents) {
      await askJson(moto, scope, 'Logs_20140328.PutLogEvents', {
        logGroupName: group,
        logStreamName: stream,
        logEvents,
      })
    },
  }
}

function unlessThere(error: Error): void {
  if (error.name !== 'ResourceAlreadyExistsException') throw error
}
