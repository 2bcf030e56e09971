import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import Docker from 'dockerode'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { isLoopback } from '../../../../toolkit/http/loopback.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'

/** Where the Docker engine answers: DOCKER_HOST, else the socket of Docker Desktop where there is one, else that of Docker. */
export function engineAddress(env: Environment): string {
  const desktop = join(env['HOME'] || homedir(), '.docker/run/docker.sock')
  return env['DOCKER_HOST'] || `unix://${existsSync(desktop) ? desktop : '/var/run/docker.sock'}`
}

/**
 * What dockerode connects with, from the same variables as the address in errors. All members are there, as dockerode takes a
 * missing one from the environment of the process.
 * @throws SlipwayError for an address that cannot be used, or certificates that cannot be read.
 */
export function engineOptions(env: Environment) {
  const address = engineAddress(env)
  const none = {
    socketPath: undefined,
    host: undefined,
    port: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
  }
  const [, socketPath] = /^(?:unix|npipe):\/\/(.+)$/s.exec(address) ?? []
  if (socketPath !== undefined) return { ...none, socketPath, protocol: 'http' as const, pathPrefix: undefined }
  const url = URL.parse(address.includes('//') ? address : `tcp://${address}`)
  if (url === null || !/^(tcp|https?):$/.test(url.protocol) || url.hostname === '') {
    throw new SlipwayError(`DOCKER_HOST is ${address}, which is not the address of a Docker engine.`, {
      hint: 'Write `unix:///path` or `tcp://host:2376`, or unset it for the engine on the runner.',
    })
  }
  const files = certificateFiles(env['DOCKER_CERT_PATH'] || '')
  const secure = Boolean(env['DOCKER_TLS_VERIFY']) || url.port === '2376' || url.protocol === 'https:' || 'ca' in files
  return {
    ...none,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port || (url.protocol === 'tcp:' ? (secure ? '2376' : '2375') : undefined),
    protocol: secure ? ('https' as const) : ('http' as const),
    pathPrefix: env['DOCKER_PATH_PREFIX'] || '/',
    ...files,
  }
}

function certificateFiles(folder: string) {
  if (folder === '') return {}
  const read = (name: string) => {
    try {
      return readFileSync(join(folder, name), 'utf8')
    } catch (cause) {
      throw new SlipwayError(`DOCKER_CERT_PATH is \`${folder}\`, and ${name} in it cannot be read.`, {
        hint: 'Put ca.pem, cert.pem and key.pem into that folder, or unset DOCKER_CERT_PATH.',
        cause,
      })
    }
  }
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }
}

/**
 * Connects to the Docker engine that DOCKER_HOST names. @throws SlipwayError that names its address, also when it does not answer
 * within `limitMs`.
 */
export async function connectDocker(env: Environment, { limitMs = 60_000 } = {}): Promise<Docker> {
  const address = engineAddress(env)
  if (address.startsWith('ssh://')) {
    throw new SlipwayError(`DOCKER_HOST is ${address}; connections over ssh are not supported.`, {
      hint: 'Unset DOCKER_HOST to build with the engine on the runner, or forward its socket with `ssh -L` and set DOCKER_HOST to that socket.',
    })
  }
  // dockerode's types want no undefined member; each one stands against a variable of the process.
  const docker = new Docker(engineOptions(env) as Docker.DockerOptions)
  try {
    // @types/dockerode does not have the option.
    await (docker.ping as (options: object) => Promise<unknown>).call(docker, {
      abortSignal: AbortSignal.timeout(limitMs),
    })
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
