import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { DOCKER_HUB } from '../../../../toolkit/image-reference.ts'
import { childEnvironment } from '../../../../toolkit/process/child-environment.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { parseJson } from '../../../../toolkit/text/json.ts'
import { type Credentials, parseBasic } from './credentials.ts'

const dockerConfig = z.looseObject({
  auths: z.optional(z.record(z.string(), z.looseObject({ auth: z.optional(z.string()) }))),
  credHelpers: z.optional(z.record(z.string(), z.string())),
  credsStore: z.optional(z.string()),
})
export type DockerConfig = z.infer<typeof dockerConfig>

export const dockerConfigFolder = (env: World['env']): string => env['DOCKER_CONFIG'] || join(homedir(), '.docker')

/** The user's Docker configuration, which docker/login-action writes. It is only read; {} when there is none. */
export function readDockerConfig(env: World['env']): DockerConfig {
  try {
    return dockerConfig.parse(parseJson(readFileSync(join(dockerConfigFolder(env), 'config.json'), 'utf8'), 'The file'))
  } catch {
    return {}
  }
}

/** The key of a host's login in a Docker configuration. */
export const configKey = (host: string): string => (host === DOCKER_HUB ? 'https://index.docker.io/v1/' : host)

/** The login that an earlier step saved for a host, in the Docker configuration or with a credential helper. */
export async function findSavedLogin(
  host: string,
  world: Pick<World, 'env' | 'exec' | 'signal'>,
): Promise<Credentials | undefined> {
  const { auths = {}, credHelpers = {}, credsStore } = readDockerConfig(world.env)
  const key = configKey(host)
  const helper = credHelpers[host] ?? credHelpers[key] ?? (auths[key]?.auth ? undefined : credsStore)
  if (helper) return askHelper(helper, key, world)
  const auth = auths[key]?.auth ?? auths[host]?.auth ?? auths[`https://${host}`]?.auth
  return auth ? parseBasic(auth) : undefined
}

async function askHelper(
  helper: string,
  key: string,
  { exec, env, signal }: Pick<World, 'env' | 'exec' | 'signal'>,
): Promise<Credentials | undefined> {
  const found = await exec(`docker-credential-${helper}`, ['get'], {
    input: key,
    env: childEnvironment(env),
    signal,
  }).catch(() => undefined)
  if (found === undefined || found.code !== 0) return undefined
  const { Username, Secret } = parseJson(found.stdout, `The answer of docker-credential-${helper}`) as {
    Username?: string
    Secret?: string
  }
  return Username === undefined || Secret === undefined ? undefined : { username: Username, password: Secret }
}
