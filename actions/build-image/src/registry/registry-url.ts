import { isLoopback } from '../../../../toolkit/http/loopback.ts'
import { DOCKER_HUB } from '../../../../toolkit/image-reference.ts'

/** Base URL of the registry API of a host. Only loopback addresses are used without TLS, as in the Docker engine. */
export function registryUrl(host: string): URL {
  if (host === DOCKER_HUB) return new URL('https://registry-1.docker.io')
  const secure = new URL(`https://${host}`)
  return isLoopback(secure.hostname) ? new URL(`http://${host}`) : secure
}
