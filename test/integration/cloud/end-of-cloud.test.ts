// A cloud that is told to end, or whose parent has gone, ends, and takes its containers along. Needs a Docker engine.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CreateClusterCommand, ECSClient, RegisterTaskDefinitionCommand, RunTaskCommand } from '@aws-sdk/client-ecs'
import Docker from 'dockerode'
import { busyboxImage, removeTestImages } from '../../support/busybox-image.ts'
import { CLOUD_COMMAND, type CloudCli, cloudsAsProcesses, isRunning, root } from '../../support/cloud-cli.ts'
import { startFaultProxy } from '../../support/fault-proxy.ts'

const TEST = `end-of-cloud-${process.pid}`
const engine = new Docker()
const clouds = cloudsAsProcesses()
let image: string
beforeAll(async () => {
  image = await busyboxImage(TEST)
})
afterAll(async () => {
  clouds.close()
  for (const { Id } of await ours()) await engine.getContainer(Id).remove({ force: true })
  await removeTestImages(TEST)
})

/** Containers of the tasks of this file. */
const ours = () =>
  engine.listContainers({ all: true, filters: { label: [`com.amazonaws.ecs.task-definition-family=${TEST}`] } })

/** Runs a task that does not end by itself, and gives the name of its container once it runs. */
async function runTask({ env }: CloudCli): Promise<string> {
  const credentials = { accessKeyId: '123456789012', secretAccessKey: 'x' }
  const ecs = new ECSClient({ endpoint: env['AWS_ENDPOINT_URL'] ?? '', region: 'us-east-1', credentials })
  await ecs.send(new CreateClusterCommand({ clusterName: 'main' }))
  const containerDefinitions = [{ name: 'web', image, memory: 64, command: ['sleep', '1000'] }]
  await ecs.send(new RegisterTaskDefinitionCommand({ family: TEST, containerDefinitions }))
  await ecs.send(new RunTaskCommand({ cluster: 'main', taskDefinition: TEST, launchType: 'EC2' }))
  ecs.destroy()
  const name = async (): Promise<string> => {
    const [container] = await ours()
    if (container?.State === 'running') return container.Names[0]?.slice(1) ?? ''
    await delay(50)
    return name()
  }
  return name()
}

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'on %s it ends and removes its containers, though the folder of its journal is gone',
  async (signal) => {
    const folder = join(clouds.folder, signal)
    mkdirSync(folder)
    const cloud = await clouds.start(['--journal', join(folder, 'journal.jsonl')])
    await runTask(cloud)
    rmSync(folder, { recursive: true })
    cloud.child.kill(signal)
    expect(await cloud.ended).toEqual([0, null])
    expect(await ours()).toEqual([])
  },
)

/** Sends SIGTERM until the process has ended. One that comes at once after the first is npm's copy of it; a later one forces. */
async function terminate(child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM')
    await delay(100)
  }
}

const never = { kind: 'hold', until: () => new Promise(() => undefined) } as const

test('a second signal ends it while the engine does not answer, and what is left is named', async () => {
  const proxy = await startFaultProxy({ socketPath: '/var/run/docker.sock' })
  proxy.break({ method: 'DELETE', path: /\/containers\//, times: Number.POSITIVE_INFINITY, does: never })
  const env = { ...process.env, DOCKER_HOST: `tcp://${proxy.host}` }
  const cloud = await clouds.start([], { env })
  const container = await runTask(cloud)
  await terminate(cloud.child)
  expect(await cloud.ended).toEqual([1, null])
  expect(cloud.output()).toContain(`container ${container}`)
  expect(cloud.output()).toMatch(/docker rm --force --volumes \$\(docker ps .*label=slipway\.rehearsal=/)
  await proxy.close()
  for (const { Id } of await ours()) await engine.getContainer(Id).remove({ force: true })
})

test('a second signal ends it while it waits for the engine to start', async () => {
  const proxy = await startFaultProxy({ socketPath: '/var/run/docker.sock' })
  proxy.break({ method: 'GET', path: /\/events/, does: never })
  const env = { ...process.env, DOCKER_HOST: `tcp://${proxy.host}` }
  const starting = clouds.start([], { env }).catch((error: Error) => error.message)
  while (proxy.pending() > 0) await delay(50)
  await terminate(clouds.last())
  expect(await starting).toContain('The rehearsal cloud was stopped before it had started.')
  await proxy.close()
})

test('the next cloud removes what a killed one left, and says so', async () => {
  const killed = await clouds.start()
  const container = await runTask(killed)
  killed.child.kill('SIGKILL')
  await killed.ended
  expect(await ours()).toHaveLength(1)
  const next = await clouds.start()
  expect(await ours()).toEqual([])
  expect(next.output()).toContain(`container ${container}`)
  next.child.kill('SIGTERM')
  await next.ended
})

describe('a cloud whose parent is killed', () => {
  /** Starts a cloud from a shell, which waits for it. */
  async function startFromShell(name: string, stdio: 'a file' | 'pipes') {
    const [env, log] = [join(clouds.folder, `${name}.env`), join(clouds.folder, `${name}.log`)]
    writeFileSync(log, '')
    const cloud = [...CLOUD_COMMAND, '--port', '0', '--env-file', env, '--runtime', 'simulated'].join(' ')
    const script = `${cloud} ${stdio === 'a file' ? `>>${log} 2>&1` : ''} & echo $!; wait`
    const shell = spawn('sh', ['-c', script], { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    const [first] = await once(shell.stdout, 'data')
    while (!existsSync(env)) await delay(50)
    return { shell, pid: Number.parseInt(String(first), 10), log }
  }

  test('ends by itself', async () => {
    const { shell, pid, log } = await startFromShell('file', 'a file')
    expect(isRunning(pid)).toBe(true)
    shell.kill('SIGKILL')
    while (isRunning(pid)) await delay(50)
    expect(readFileSync(log, 'utf8')).toContain('The parent process has ended: stopping the rehearsal cloud.')
  })

  test('ends by itself, though nothing reads its output any more', async () => {
    const { shell, pid } = await startFromShell('pipes', 'pipes')
    shell.stdout.destroy()
    shell.stderr.destroy()
    shell.kill('SIGKILL')
    while (isRunning(pid)) await delay(50)
  })
})
