import { isIP } from 'node:net'
import { DOCKER_HUB } from '../../../../toolkit/image-reference.ts'

/** True for a loopback address. Only there registries are used without TLS, as in the Docker engine. */
export function isLoopback(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'))
}

/** Base URL of the registry API of a host. */
export function registryUrl(host: string): URL {
  if (host === DOCKER_HUB) return new URL('https://registry-1.docker.io')
  const secure = new URL(`https://${host}`)
  return isLoopback(secure.hostname) ? new URL(`http://${host}`) : secure
}
