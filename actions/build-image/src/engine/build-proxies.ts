import * as z from 'zod/mini'
import type { Pair } from '../../../../toolkit/inputs.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { readDockerConfig } from '../registry/docker-config.ts'
import { engineAddress } from './docker-engine.ts'

/** Members of Docker's proxy settings, and the build argument that each sets. */
const ARGUMENTS = {
  httpProxy: 'HTTP_PROXY',
  httpsProxy: 'HTTPS_PROXY',
  noProxy: 'NO_PROXY',
  ftpProxy: 'FTP_PROXY',
  allProxy: 'ALL_PROXY',
} as const

const proxiesByEngine = z.record(z.string(), z.record(z.string(), z.unknown()))

/**
 * Build arguments for the proxies of Docker's configuration (`proxies`, by engine or `default`), which `docker build` and buildx
 * add by themselves and the Engine API does not. A `given` argument goes before. The engine keeps these out of the image's history
 * and of the build cache. Passwords in them are masked.
 */
export function proxyArguments(given: readonly Pair[], { env, log }: Pick<World, 'env' | 'log'>): readonly Pair[] {
  const read = proxiesByEngine.safeParse(readDockerConfig(env)['proxies'])
  const proxies = read.success ? (read.data[engineAddress(env)] ?? read.data['default'] ?? {}) : {}
  const names = new Set(given.map(({ key }) => key))
  return Object.entries(ARGUMENTS).flatMap(([member, name]) => {
    const value = proxies[member]
    if (typeof value !== 'string' || value === '') return []
    // `user:password@host` would be an address of the scheme `user:`.
    const password = URL.parse(value.includes('://') ? value : `http://${value}`)?.password
    if (password) for (const form of new Set([password, decode(password)])) log.mask(form)
    return [name, name.toLowerCase()].filter((key) => !names.has(key)).map((key) => ({ key, value }))
  })
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
