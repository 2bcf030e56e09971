import { existsSync } from 'node:fs'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requireReference } from '../../../../toolkit/image-reference.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { Credentials } from '../registry/credentials.ts'
import { configKey, dockerConfigFolder, readDockerConfig } from '../registry/docker-config.ts'
import type { Registries } from '../registry/registries.ts'
import type { TemporaryFolder } from '../runner/temporary-folder.ts'

/** Logins by host. */
export type Logins = ReadonlyMap<string, Credentials>

/** Logins for the registries of these images. */
export async function findLogins(images: readonly string[], registries: Registries): Promise<Logins> {
  const hosts = new Set(images.map((image) => requireReference(image, 'file').repository.host))
  const logins = new Map<string, Credentials>()
  for (const host of hosts) {
    const login = await (await registries.at(host)).credentials()
    if (login !== undefined) logins.set(host, { username: login.username, password: login.password })
  }
  return logins
}

/**
 * An environment for buildx with these logins: a copy of the user's Docker configuration in the temporary folder, which only
 * this user can read and which is removed at the end. The user's configuration is not changed.
 */
export async function privateDockerConfig(
  logins: Logins,
  temporary: TemporaryFolder,
  env: Environment,
): Promise<Environment> {
  if (logins.size === 0) return env
  const own = dockerConfigFolder(env)
  const folder = await temporary.folder('docker-config')
  const { auths = {}, credHelpers = {}, ...rest } = readDockerConfig(env)
  const ours = Object.fromEntries(
    [...logins].map(([host, { username, password }]) => [
      configKey(host),
      { auth: Buffer.from(`${username}:${password}`).toString('base64') },
    ]),
  )
  // Docker asks a host's credential helper, or the store for all hosts. An empty helper makes it read the login in the file.
  const others = Object.entries(credHelpers).filter(([host]) => !(configKey(host) in ours))
  const helpers = Object.fromEntries([...others, ...Object.keys(ours).map((key) => [key, ''])])
  const config = { ...rest, auths: { ...auths, ...ours }, credHelpers: helpers }
  await writeFile(join(folder, 'config.json'), JSON.stringify(config), { mode: 0o600 })
  for (const part of ['cli-plugins', 'contexts']) {
    if (existsSync(join(own, part))) await symlink(join(own, part), join(folder, part))
  }
  return { ...env, DOCKER_CONFIG: folder, BUILDX_CONFIG: env['BUILDX_CONFIG'] || join(own, 'buildx') }
}
