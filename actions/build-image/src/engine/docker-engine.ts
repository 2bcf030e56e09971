import { existsSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import Docker from 'dockerode'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { isLoopback } from '../registry/registry-url.ts'

const engineAddress = (env: Environment): string => env['DOCKER_HOST'] || 'unix:///var/run/docker.sock'

/** Connects to the Docker engine that DOCKER_HOST names. @throws SlipwayError that says where it was sought. */
export async function connectDocker(env: Environment): Promise<Docker> {
  const address = engineAddress(env)
  if (address.startsWith('ssh://')) {
    throw new SlipwayError(`DOCKER_HOST is ${address}, and engines behind ssh are not supported.`, {
      hint: 'Unset DOCKER_HOST to build with the engine on the runner, or forward its socket with `ssh -L` and name that.',
    })
  }
  const docker = new Docker()
  try {
    await docker.ping()
    return docker
  } catch (cause) {
    const missing = address.startsWith('unix://') && !existsSync(address.slice('unix://'.length))
    throw new SlipwayError(`No Docker engine answers at ${address}${missing ? ', where there is no socket' : ''}.`, {
      hint: denied(cause)
        ? 'Give this user access to the socket (the group `docker`).'
        : 'Start Docker, or run the job on a runner that has it, such as ubuntu-latest. For another engine set DOCKER_HOST.',
      cause,
    })
  }
}

/** Whether the engine may reach this process by a loopback address: a virtual machine around it is not seen from here. */
export function isOnThisMachine(env: Environment): boolean {
  const address = engineAddress(env)
  if (address.startsWith('unix://')) return true
  return URL.canParse(address) && isLoopback(new URL(address).hostname)
}

/** dockerode's types know its answers as bare streams; these are what Node gives it. */
export const asReadable = (stream: NodeJS.ReadableStream): Readable => stream as unknown as IncomingMessage

const denied = (cause: unknown) => cause instanceof Error && (cause as NodeJS.ErrnoException).code === 'EACCES'
