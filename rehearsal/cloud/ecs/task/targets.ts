import type { Target, TargetHealth } from '../../interfaces.ts'
import type { Scope } from '../../kernel/call.ts'
import type { Ecs } from '../context.ts'
import { groupOf } from '../lifecycle.ts'
import type { Registration, Task } from '../model.ts'

/** The targets of all tasks: registers them, follows their health, and deregisters them. */
export class TaskTargets {
  readonly #ecs: Ecs
  readonly #owners = new Map<string, { readonly task: Task; readonly registration: Registration }>()
  readonly #changed: (task: Task, registration: Registration) => void
  readonly #unsubscribe: () => void

  constructor(ecs: Ecs, changed: (task: Task, registration: Registration) => void) {
    this.#ecs = ecs
    this.#changed = changed
    this.#unsubscribe = ecs.targetGroups.onChange((scope, arn, target, health) =>
      this.#healthChanged(scope, arn, target, health),
    )
  }

  close(): void {
    this.#unsubscribe()
  }

  /** Registers the task with each target group of its service. */
  register(task: Task): void {
    const { deployment } = task
    if (deployment === undefined) return
    const scope = task.cluster.scope
    for (const balancer of deployment.revision.spec.loadBalancers) {
      const { containerName, containerPort } = balancer
      const targetGroupArn = groupOf(balancer, deployment.revision.slot)
      if (targetGroupArn === undefined || containerPort === undefined) continue
      const target = this.#targetOf(task, targetGroupArn, containerName, containerPort)
      if (target === undefined) continue
      const registration: Registration = { targetGroupArn, target, health: 'initial', reported: false }
      task.registrations.push(registration)
      this.#owners.set(keyOf(scope, targetGroupArn, target), { task, registration })
      count(deployment.service.scheduling.registered, targetGroupArn)
      this.#ecs.targetGroups.register(scope, targetGroupArn, target)
    }
  }

  /** Deregisters the task's targets, and waits until they have drained. */
  deregister(task: Task): void {
    const scope = task.cluster.scope
    const { service } = task.deployment ?? {}
    for (const registration of task.registrations) {
      const { targetGroupArn, target } = registration
      if (registration.health === 'gone') continue
      if (service !== undefined) count(service.scheduling.deregistered, targetGroupArn)
      this.#ecs.targetGroups.deregister(scope, targetGroupArn, target)
      if (this.#ecs.targetGroups.health(scope, targetGroupArn, target) === undefined) registration.health = 'gone'
    }
    if (service !== undefined && task.deployment !== undefined && task.registrations.length > 0) {
      count(service.scheduling.draining, task.deployment.id)
    }
  }

  /** Stops following the health of the task's targets. */
  forget(task: Task): void {
    for (const { targetGroupArn, target } of task.registrations) {
      const key = keyOf(task.cluster.scope, targetGroupArn, target)
      if (this.#owners.get(key)?.task === task) this.#owners.delete(key)
    }
  }

  #targetOf(task: Task, arn: string, containerName: string | undefined, containerPort: number): Target | undefined {
    const group = this.#ecs.targetGroups.find(task.cluster.scope, arn)
    const address = task.handle?.reach(containerPort)
    const reachable = address === undefined ? {} : { address }
    if (group?.targetType === 'instance' && task.instance !== undefined) {
      const container = task.containers.find(({ definition }) => definition.name === containerName)
      const binding = container?.networkBindings.find((candidate) => candidate.containerPort === containerPort)
      return { id: task.instance.facts.ec2InstanceId, port: binding?.hostPort ?? containerPort, ...reachable }
    }
    return task.privateIp === undefined ? undefined : { id: task.privateIp, port: containerPort, ...reachable }
  }

  #healthChanged(scope: Scope, arn: string, target: Target, health: TargetHealth | undefined): void {
    const owner = this.#owners.get(keyOf(scope, arn, target))
    if (owner === undefined) return
    const { task, registration } = owner
    registration.health = stateOf(health)
    if (health?.description !== undefined) registration.reason = health.description
    this.#changed(task, registration)
  }
}

const keyOf = ({ account, region }: Scope, arn: string, { id, port }: Target) =>
  `${account}/${region}/${arn}|${id}:${port}`

const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)

function stateOf(health: TargetHealth | undefined): Registration['health'] {
  if (health === undefined) return 'gone'
  if (health.state === 'healthy') return 'healthy'
  // AWS's scheduler replaces a task only when its target has failed its checks, not while it waits for the first ones.
  return health.state === 'unhealthy' ? 'unhealthy' : 'initial'
}
