import { existsSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import Docker from 'dockerode'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { isLoopback } from '../../../../toolkit/http/loopback.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'

/** Where the Docker engine answers. */
export const engineAddress = (env: Environment): string => env['DOCKER_HOST'] || 'unix:///var/run/docker.sock'

/** Connects to the Docker engine that DOCKER_HOST names. @throws SlipwayError that names its address. */
export async function connectDocker(env: Environment): Promise<Docker> {
  const address = engineAddress(env)
  if (address.startsWith('ssh://')) {
    throw new SlipwayError(`DOCKER_HOST is ${address}; connections over ssh are not supported.`, {
      hint: 'Unset DOCKER_HOST to build with the engine on the runner, or forward its socket with `ssh -L` and set DOCKER_HOST to that socket.',
    })
  }
  const docker = new Docker()
  try {
    await docker.ping()
    return docker
  } catch (cause) {
    throw unreachable(address, cause)
  }
}

/** The error for an engine that does not answer. */
export function unreachable(address: string, cause: unknown): SlipwayError {
  const missing = address.startsWith('unix://') && !existsSync(address.slice('unix://'.length))
  return new SlipwayError(`No Docker engine answers at ${address}${missing ? ', as the socket does not exist' : ''}.`, {
    hint: denied(cause)
      ? 'Give this user access to the socket: add it to the group `docker`.'
      : 'Start Docker, or run the job on a runner that has it, such as ubuntu-latest. For another engine set DOCKER_HOST.',
    cause,
  })
}

/** Whether the engine seems to share this machine's loopback addresses. A virtual machine around it cannot be detected. */
export function isOnThisMachine(env: Environment): boolean {
  const address = engineAddress(env)
  if (address.startsWith('unix://')) return true
  return URL.canParse(address) && isLoopback(new URL(address).hostname)
}

/** dockerode's types are wider than the streams that it returns. */
export const asReadable = (stream: NodeJS.ReadableStream): Readable => stream as unknown as IncomingMessage

const denied = (cause: unknown) => cause instanceof Error && (cause as NodeJS.ErrnoException).code === 'EACCES'
