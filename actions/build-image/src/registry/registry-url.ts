import { isIP } from 'node:net'
import { DOCKER_HUB } from '../../../../toolkit/image-reference.ts'

/** Whether a host is this machine: only there is a registry spoken to without TLS, as the Docker engine does it too. */
export function isLoopback(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'))
}

/** Where the registry API of a host is. */
export function registryUrl(host: string): URL {
  if (host === DOCKER_HUB) return new URL('https://registry-1.docker.io')
  const secure = new URL(`https://${host}`)
  return isLoopback(secure.hostname) ? new URL(`http://${host}`) : secure
}
