import type { LaunchType } from '@aws-sdk/client-ecs'
import { parseArn } from '../../kernel/arn.ts'

/** The Docker engine's error message, without the HTTP status. */
export function engineMessage(error: unknown): string {
  const json = (error as { json?: { message?: unknown } }).json?.message
  const text = typeof json === 'string' ? json : error instanceof Error ? error.message : String(error)
  return text.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim()
}

/** Why an image could not be pulled, in the words of Fargate, or of the ECS agent on an instance. */
export function pullReason(image: string, error: unknown, launchType: LaunchType): string {
  const message = engineMessage(error)
  if (launchType !== 'FARGATE') return `CannotPullContainerError: Error response from daemon: ${message}`
  const cause = /manifest unknown|not found|no such image/i.test(message)
    ? `failed to resolve ref ${image}: ${image}: not found`
    : `failed to resolve ref ${image}: ${message}`
  return `CannotPullContainerError: pull image manifest has been retried 1 time(s): ${cause}`
}

export const createReason = (error: unknown): string =>
  `CannotCreateContainerError: Error response from daemon: ${engineMessage(error)}`

export const startReason = (error: unknown): string =>
  `CannotStartContainerError: Error response from daemon: ${engineMessage(error)}`

export const networkReason = (error: unknown): string =>
  `ResourceInitializationError: failed to configure ENI: ${engineMessage(error)}`

export const OUT_OF_MEMORY = 'OutOfMemoryError: Container killed due to memory usage'

export const secretReason = (valueFrom: string, error: unknown): string => {
  const kind =
    parseArn(valueFrom)?.service === 'secretsmanager'
      ? 'execution resource retrieval failed: unable to retrieve secret from asm'
      : 'execution resource retrieval failed: unable to retrieve secrets from ssm'
  return `ResourceInitializationError: unable to pull secrets or registry auth: ${kind}: ${engineMessage(error)}`
}

export const logReason = (error: unknown): string =>
  `ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: ` +
  `failed to create Cloudwatch log stream: ${engineMessage(error)} : exit status 1`
