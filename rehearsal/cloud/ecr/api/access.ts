import type { Operations } from '../../kernel/call.ts'
import { parseImage } from '../../kernel/image-reference.ts'
import type { AuthTokens } from '../auth-tokens.ts'
import { invalidParameter } from '../errors.ts'
import type { Store } from '../layer-store.ts'
import type { RegistryHosts } from '../registry-hosts.ts'
import type { Repositories } from '../repositories.ts'
import { repositoryName, required, scopeOf, strings } from './input.ts'

/** Authorization tokens, and layers. */
export function accessOperations(
  repositories: Repositories,
  hosts: RegistryHosts,
  tokens: AuthTokens,
  store: Store,
): Operations {
  return {
    GetAuthorizationToken: async (input, caller) => {
      const { password, expiresAt } = tokens.issue(caller)
      const accounts = strings(input, 'registryIds')
      const authorizationToken = Buffer.from(`AWS:${password}`).toString('base64')
      const authorizationData = (accounts.length === 0 ? [caller.account] : accounts).map(async (account) => ({
        authorizationToken,
        expiresAt,
        proxyEndpoint: `http://${await hosts.of({ account, region: caller.region })}`,
      }))
      return { authorizationData: await Promise.all(authorizationData) }
    },

    BatchCheckLayerAvailability: async (input, caller) => {
      const repository = repositories.open(
        scopeOf(input, caller),
        repositoryName(input),
        caller,
        'BatchCheckLayerAvailability',
      )
      const digests = strings(input, 'layerDigests')
      if (digests.length === 0) throw invalidParameter('layerDigests', 'Member must have length between 1 and 100')
      const layers = digests.map(async (layerDigest) => {
        const answer = await store.request({ method: 'HEAD', path: `${repository.storePath}/blobs/${layerDigest}` })
        answer.resume()
        if (answer.statusCode !== 200) return { layerDigest, layerAvailability: 'UNAVAILABLE' }
        return { layerDigest, layerAvailability: 'AVAILABLE', layerSize: Number(answer.headers['content-length']) }
      })
      return { layers: await Promise.all(layers), failures: [] }
    },

    GetDownloadUrlForLayer: (input, caller) => {
      const repository = repositories.open(
        scopeOf(input, caller),
        repositoryName(input),
        caller,
        'GetDownloadUrlForLayer',
      )
      const layerDigest = required(input, 'layerDigest')
      const { password } = tokens.issue(caller)
      const { host } = parseImage(repository.uri)
      return {
        layerDigest,
        downloadUrl: `http://${host}/v2/${repository.name}/blobs/${layerDigest}?token=${password}`,
      }
    },
  }
}
