import { ecsArn } from './arn.ts'
import { type Ecs, nowOf } from './context.ts'
import type { Cluster } from './model.ts'

/** Registers the runtime's machines as container instances of a cluster, when it first needs the EC2 launch type. */
export function registerInstances(ecs: Ecs, cluster: Cluster): void {
  if (cluster.instances.size > 0) return
  for (const facts of ecs.runtime.instances) {
    const id = ecs.ids.task()
    cluster.instances.set(id, {
      arn: ecsArn(cluster.scope, 'container-instance', `${cluster.name}/${id}`),
      id,
      facts,
      registeredAt: nowOf(ecs),
      tasks: new Set(),
      cpu: facts.cpu,
      memory: facts.memory,
      ports: new Set(),
    })
  }
}
