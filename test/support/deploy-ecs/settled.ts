import { setTimeout as delay } from 'node:timers/promises'
import { DescribeServicesCommand, type ECSClient } from '@aws-sdk/client-ecs'

/** Waits until a service has completed its deployments, the last one of `revision`, such as `web:2`. */
export async function settled(
  ecs: ECSClient,
  revision: string,
  { cluster = 'production', service = 'web' } = {},
): Promise<void> {
  for (;;) {
    const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }))
    const [last, ...others] = services?.[0]?.deployments ?? []
    const done = others.length === 0 && last?.rolloutState === 'COMPLETED'
    if (done && last.taskDefinition?.endsWith(`/${revision}`)) return
    await delay(50)
  }
}
