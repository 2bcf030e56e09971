import type { Ecs } from '../context.ts'
import { addServiceEvent } from '../journal.ts'
import { events } from '../messages.ts'
import type { Deployment, Service, Task } from '../model.ts'
import { newTask } from '../task/new-task.ts'
import { needsOf, place } from '../task/placement.ts'

/** The parts of the scheduler that starting tasks needs. */
interface Launcher {
  readonly tasks: { launch(task: Task): void }
  countFailure(deployment: Deployment): void
  pause(service: Service, atLeast?: number): void
  touch(service: Service): void
}

/** Limit of RunTask. The scheduler starts no more tasks in one pass. */
const BATCH = 10
/** Pause before the next placement attempt. */
const PLACEMENT_PAUSE = 15_000

/** Starts `count` tasks of a deployment, or fewer if there is no capacity. */
export function startTasks(
  ecs: Ecs,
  scheduler: Launcher,
  deployment: Deployment,
  count: number,
  replaced: number,
): void {
  const { service } = deployment
  const now = ecs.clock.now()
  if (service.scheduling.notBefore > now) return
  const tasks: Task[] = []
  for (let i = 0; i < Math.min(count, BATCH); i++) {
    const task = placed(ecs, deployment)
    if (typeof task === 'string') {
      report(ecs, deployment, task)
      scheduler.countFailure(deployment)
      scheduler.pause(service, PLACEMENT_PAUSE)
      break
    }
    tagTask(ecs, task)
    scheduler.tasks.launch(task)
    tasks.push(task)
  }
  if (tasks.length === 0) return
  service.scheduling.reportedProblem = undefined
  addServiceEvent(
    ecs,
    service,
    replaced > 0 ? events.replaced(service, tasks, replaced) : events.started(service, tasks),
  )
  if (count > BATCH) scheduler.touch(service)
}

/** A new task with its placement, or the event message when there is no capacity. */
function placed(ecs: Ecs, deployment: Deployment): Task | string {
  const { service } = deployment
  const { taskDefinition, launchType } = deployment.revision.spec
  const { scope } = service.cluster
  const group = `service:${service.name}`
  if (isFargate(deployment)) {
    const { family, revision, containers } = taskDefinition
    const { name: cluster } = service.cluster
    const identity = {
      scope,
      cluster,
      service: service.name,
      deploymentId: deployment.id,
      family,
      revision,
      containers,
    }
    const refusal = ecs.runtime.fargateRefusal(identity)
    if (refusal !== undefined) return events.noFargate(service, refusal)
    return newTask(ecs, {
      cluster: service.cluster,
      definition: taskDefinition,
      deployment,
      group,
      launchType: 'FARGATE',
    })
  }
  const placement = place(service.cluster, needsOf(taskDefinition), group, service.schedulingStrategy === 'DAEMON')
  if (!('instance' in placement)) return events.noInstance(service, placement.reason)
  const { instance } = placement
  return newTask(ecs, {
    cluster: service.cluster,
    definition: taskDefinition,
    deployment,
    group,
    launchType: launchType ?? 'EC2',
    instance,
  })
}

function isFargate({ revision }: Deployment): boolean {
  const { launchType, capacityProviderStrategy } = revision.spec
  if (launchType !== undefined) return launchType === 'FARGATE'
  return capacityProviderStrategy?.some(({ capacityProvider }) => capacityProvider?.startsWith('FARGATE')) ?? false
}

/** Copies the tags that `propagateTags` names to a task. */
function tagTask(ecs: Ecs, { arn, cluster, definition, deployment }: Task): void {
  if (deployment === undefined) return
  const { service } = deployment
  const { tags } = ecs.regions.get(cluster.scope)
  const source = { SERVICE: service.arn, TASK_DEFINITION: definition.arn, NONE: '' }[service.propagateTags]
  const managed: [string, string][] = service.enableECSManagedTags
    ? [
        ['aws:ecs:clusterName', cluster.name],
        ['aws:ecs:serviceName', service.name],
      ]
    : []
  const all = new Map([...(tags.get(source) ?? []), ...managed])
  if (all.size > 0) tags.set(arn, all)
}

function report(ecs: Ecs, { service }: Deployment, message: string): void {
  if (service.scheduling.reportedProblem === message) return
  service.scheduling.reportedProblem = message
  addServiceEvent(ecs, service, message)
}
