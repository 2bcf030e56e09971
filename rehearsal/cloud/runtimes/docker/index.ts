import { createHash } from 'node:crypto'
import Docker from 'dockerode'
import { probeOverHttp } from '../../elb/health/probe.ts'
import type { PullAccess } from '../../interfaces.ts'
import type { InstanceFacts, Runtime } from '../runtime.ts'
import { World } from './context.ts'
import { EngineEvents } from './engine-events.ts'
import { whyNoHostAccess } from './host-access.ts'
import { Images, type PullBehavior } from './images.ts'
import { RUN_LABEL } from './labels.ts'
import { namesOfLeftovers, removeLeftovers, removeLeftoversOfKilledClouds } from './leftovers.ts'
import type { LogSink, SecretSource } from './logs-and-secrets.ts'
import { engineMessage } from './stopped-reasons.ts'
import { DockerTask } from './task.ts'

export type { LogSink, SecretSource } from './logs-and-secrets.ts'

export interface DockerRuntimeDeps {
  /** Label value of everything that this cloud creates. Only labelled things are removed. */
  readonly runId: string
  readonly pullAccess: PullAccess
  /** Default: the engine of DOCKER_HOST, or the local one. */
  readonly engine?: Docker
  /** Speed of the cloud's clock: 10 is ten times that of the machine. */
  readonly speed?: number
  readonly pullBehavior?: PullBehavior
  /** Whether containers may use the machine itself: its paths, network, processes, devices. Default: no. */
  readonly allowHostAccess?: boolean
  /** Without it, container logs stay on the engine and are removed with the container. */
  readonly logs?: LogSink
  /** Without it, a container with secrets cannot start. */
  readonly secrets?: SecretSource
}

/** Time to find the names of what is left, in milliseconds. The engine may not answer. */
const NAMES_MS = 2_000

/** Runs tasks as containers on a Docker engine. Rejects, with a hint, when it cannot reach one. */
export async function createDockerRuntime(deps: DockerRuntimeDeps): Promise<Runtime> {
  const engine = deps.engine ?? new Docker()
  const machine = await engine.info().catch((error) => Promise.reject(new Error(noEngine(error), { cause: error })))
  await clearUpAfterKilledClouds(engine)
  const world = new World({
    engine,
    runId: deps.runId,
    speed: deps.speed ?? 1,
    images: new Images(engine, deps.pullAccess, deps.pullBehavior ?? 'default'),
    events: new EngineEvents(),
    secrets: deps.secrets ?? noSecrets,
    logs: deps.logs,
    publishes: process.platform !== 'linux',
  })
  await world.open()
  const tasks = new Set<DockerTask>()
  return {
    name: 'docker',
    carriesTraffic: true,
    instances: [instanceOf(deps.runId, machine)],
    fargateRefusal: () => undefined,
    definitionRefusal: (definition) => (deps.allowHostAccess ? undefined : whyNoHostAccess(definition)),
    probe: probeOverHttp,
    run(request, events) {
      const task: DockerTask = new DockerTask(world, request, {
        ...events,
        ended: () => {
          tasks.delete(task)
          events.ended()
        },
      })
      tasks.add(task)
      return task
    },
    async close(hurry) {
      const left = await closeWithin(hurry, world, tasks)
      world.events.close()
      if (left === undefined || left.length > 0) throw new Error(whatIsLeft(left, deps.runId))
    },
  }
}

/** Removes what an earlier cloud of this machine left that was killed, and prints it. A failure of this is no failure of the cloud. */
async function clearUpAfterKilledClouds(engine: Docker): Promise<void> {
  try {
    const removed = await removeLeftoversOfKilledClouds(engine)
    if (removed.length > 0) console.error(`Removed what a killed rehearsal cloud left: ${removed.join(', ')}.`)
  } catch (error) {
    console.error(`Could not look for what killed rehearsal clouds left: ${engineMessage(error)}`)
  }
}

/** Removes everything, or gives up when `hurry` is aborted. Returns the names of what is left, `undefined` if unknown. */
async function closeWithin(
  hurry: AbortSignal | undefined,
  world: World,
  tasks: ReadonlySet<DockerTask>,
): Promise<readonly string[] | undefined> {
  const removal = removeAll(hurry, world, tasks)
  if (hurry === undefined) return removal
  const aborted = new Promise<'aborted'>((resolve) => {
    if (hurry.aborted) resolve('aborted')
    hurry.addEventListener('abort', () => resolve('aborted'), { once: true })
  })
  const left = await Promise.race([removal, aborted])
  if (left !== 'aborted') return left
  // The removal may still fail, and is not waited for.
  removal.catch(() => undefined)
  const names = namesOfLeftovers(world.engine, world.runId).catch(() => undefined)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), NAMES_MS)
  })
  return Promise.race([names, late]).finally(() => clearTimeout(timer))
}

async function removeAll(
  hurry: AbortSignal | undefined,
  { engine, runId, images }: World,
  tasks: ReadonlySet<DockerTask>,
): Promise<readonly string[]> {
  const abandoned = Promise.all([...tasks].map((task) => task.abandon()))
  // First the running containers, so that nothing waits for them to stop, then those that were just created.
  await removeLeftovers(engine, runId, hurry)
  await abandoned
  const left = await removeLeftovers(engine, runId, hurry)
  await images.removeAll()
  return left
}

function whatIsLeft(left: readonly string[] | undefined, runId: string): string {
  const label = `--filter label=${RUN_LABEL}=${runId}`
  const what =
    left === undefined
      ? 'The Docker engine does not answer. It may have containers, networks and volumes of this cloud.'
      : `The Docker engine did not remove ${left.join(', ')}.`
  return (
    `${what} To remove what is left: docker rm --force --volumes $(docker ps --all --quiet ${label}); ` +
    `docker network prune --force ${label}; docker volume prune --all --force ${label}`
  )
}

const noEngine = (error: unknown) =>
  `No Docker engine answers at ${process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'}: ${engineMessage(error)}. ` +
  'Start one, or set DOCKER_HOST to one that runs.'

const noSecrets: SecretSource = {
  valueOf: async (_, valueFrom) => {
    throw new Error(`ResourceNotFoundException: the rehearsal cloud has no store for ${valueFrom}`)
  },
}

/** This machine is the only container instance. */
function instanceOf(runId: string, { NCPU, MemTotal }: { NCPU: number; MemTotal: number }): InstanceFacts {
  return {
    ec2InstanceId: `i-${createHash('sha256').update(runId).digest('hex').slice(0, 17)}`,
    privateIp: '127.0.0.1',
    zone: 'a',
    cpu: NCPU * 1024,
    memory: Math.floor(MemTotal / (1024 * 1024)),
  }
}
