// A real OCI registry (Debian's docker-registry) for a test, on a port and in a folder of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface OciRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string
  readonly port: number
  /** The folder of all that was ever pushed to it. */
  readonly data: string
  tags(repository: string): Promise<readonly string[]>
  /** The digest that a tag stands for. */
  digest(repository: string, tag: string): Promise<string | undefined>
  close(): Promise<void>
}

/** The user of a registry with `auth`. */
export const REGISTRY_USER = { username: 'ship', password: 'correct horse' }
/** Further users of it: with them, the JSON of a login has each length modulo 3, on which the padding of its base64 depends. */
export const REGISTRY_USERS = ['', '1', '22'].map((more) => ({ ...REGISTRY_USER, username: `ship${more}` }))
const HTPASSWD = REGISTRY_USERS.map(
  ({ username }) => `${username}:$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2\n`,
).join('')

export async function startOciRegistry(options: { readonly auth?: boolean } = {}): Promise<OciRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-oci-'))
  const port = await freePort()
  const host = `127.0.0.1:${port}`
  writeFileSync(join(folder, 'htpasswd'), HTPASSWD)
  const configuration = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: host },
    ...(options.auth ? { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } } : {}),
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configuration))
  const child = spawn('docker-registry', ['serve', join(folder, 'config.json')], { stdio: 'ignore' })
  const failed = once(child, 'error').then(([error]) => {
    throw error
  })
  await Promise.race([answers(host), failed])
  failed.catch(() => {})
  const authorization = `Basic ${Buffer.from(`${REGISTRY_USER.username}:${REGISTRY_USER.password}`).toString('base64')}`
  const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json'
  const ask = (path: string) => fetch(`http://${host}/v2/${path}`, { headers: { authorization, accept } })
  return {
    host,
    port,
    data: join(folder, 'data'),
    async tags(repository) {
      const answer = await ask(`${repository}/tags/list`)
      const { tags } = (await answer.json()) as { tags?: string[] | null }
      return [...(tags ?? [])].sort()
    },
    async digest(repository, tag) {
      const answer = await ask(`${repository}/manifests/${tag}`)
      await answer.arrayBuffer()
      return answer.ok ? (answer.headers.get('docker-content-digest') ?? undefined) : undefined
    },
    async close() {
      await end(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function answers(host: string): Promise<void> {
  for (let tries = 0; tries < 10_000; tries++) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer !== undefined) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`docker-registry does not answer at ${host}`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
