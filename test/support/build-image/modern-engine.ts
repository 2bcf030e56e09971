// A second Docker engine beside the machine's own, as new as those on GitHub's runners. script/lib/modern-engine.sh has or
// fetches it; where neither can be done, the test fails.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'

const script = join(import.meta.dirname, '../../../script/lib/modern-engine.sh')

export interface ModernEngine {
  readonly docker: Docker
  /** What an action's process needs to use it: where it is, and a PATH with a buildx as new as it. */
  readonly env: Readonly<Record<'DOCKER_HOST' | 'PATH', string>>
  close(): Promise<void>
}

/**
 * Starts one, with an empty store. `containerd` keeps images in containerd, as Docker does from release 29 on and Docker
 * Desktop does; `overlay2` is the older store.
 */
export async function startModernEngine(store: 'containerd' | 'overlay2'): Promise<ModernEngine> {
  const folders = execFileSync(script, { encoding: 'utf8' }).trim()
  const folder = mkdtempSync(join(tmpdir(), 'slipway-engine-'))
  const configuration = join(folder, 'daemon.json')
  writeFileSync(configuration, JSON.stringify({ features: { 'containerd-snapshotter': store === 'containerd' } }))
  const log = await open(join(folder, 'dockerd.log'), 'w')
  const child = spawn(script, [folder, configuration], { stdio: ['pipe', log.fd, log.fd] })
  const ended = once(child, 'close')
  const socketPath = join(folder, 'docker.sock')
  const docker = new Docker({ socketPath })
  const close = async () => {
    child.stdin?.end()
    await ended
    await log.close()
    rmSync(folder, { recursive: true, force: true })
  }
  while (!(await docker.ping().catch(() => undefined))) {
    if (child.exitCode !== null) {
      const words = readFileSync(join(folder, 'dockerd.log'), 'utf8').slice(-2000)
      await close()
      throw new Error(`The modern Docker engine did not come up:\n${words}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { docker, env: { DOCKER_HOST: `unix://${socketPath}`, PATH: `${folders}${process.env['PATH']}` }, close }
}
