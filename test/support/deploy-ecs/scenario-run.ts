// Plays one deploy of web:2 in a scenario of the rehearsal, against a service that has what the scenario needs.
import type { ContainerDefinition, DeploymentConfiguration } from '@aws-sdk/client-ecs'
import { UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { loadScenario } from '../../../rehearsal/cloud/runtimes/simulated/index.ts'
import { makeNativeService } from './blue-green-service.ts'
import { type Deployed, deploy } from './deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from './ecs-cloud.ts'

/** What a scenario needs of the service, of the deploy, or of another deploy. */
export interface Needs {
  readonly breaker?: boolean
  readonly rollback?: boolean
  readonly alarm?: string
  readonly desiredCount?: number
  readonly rival?: boolean
  /** Where ECS shifts the traffic by itself. */
  readonly native?: DeploymentConfiguration
  /** More of the service's deployment configuration. */
  readonly configuration?: DeploymentConfiguration
  /** False for a service without a load balancer. */
  readonly balanced?: boolean
  readonly containers?: readonly ContainerDefinition[]
  /** Whether the tasks run on container instances, in bridge mode. */
  readonly bridged?: boolean
  readonly inputs?: Readonly<Record<string, string>>
  /** Whether the tag of the image says what its tasks do, in place of the scenario. */
  readonly byTag?: boolean
  /** The operation that the role of the deploy may not call. */
  readonly denied?: string
}

const logging = (name: string): Pick<ContainerDefinition, 'name' | 'logConfiguration'> => ({
  name,
  logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/web', 'awslogs-stream-prefix': 'ecs' } },
})
const app: ContainerDefinition = {
  ...logging('app'),
  image: 'example.com/web:ok',
  essential: true,
  portMappings: [{ containerPort: 80 }],
}

const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf'

const NEEDS: Readonly<Record<string, Needs>> = {
  'alarm-rollback': { alarm: 'high-5xx', configuration: { bakeTimeInMinutes: 3 } },
  'blue-green': { native: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 2 } },
  'canary-alarm': { alarm: 'canary-5xx', native: { strategy: 'CANARY' } },
  'breaker-without-rollback': { breaker: true },
  'desired-zero': { desiredCount: 0 },
  'failed-dependency': {
    breaker: true,
    rollback: true,
    containers: [
      { ...app, dependsOn: [{ containerName: 'migrate', condition: 'SUCCESS' }] },
      { ...logging('migrate'), image: 'example.com/migrate:1', essential: false },
    ],
    inputs: { image: 'app=example.com/web:next', 'max-failed-tasks': '1000' },
  },
  'missing-secret': { containers: [{ ...app, secrets: [{ name: 'DB', valueFrom: SECRET_ARN }] }] },
  'out-of-memory': { balanced: false },
  'start-then-crash': { balanced: false },
  'port-taken': { bridged: true, containers: [{ ...app, portMappings: [{ containerPort: 80, hostPort: 80 }] }] },
  'rollback-new-primary': { breaker: true, rollback: true },
  'vanishing-deployment': { breaker: true, rollback: true },
  superseded: { rival: true },
}

/** What a scenario needs. */
export const needsOf = (scenario: string): Needs => NEEDS[scenario] ?? {}

/** A deploy that was played. The caller closes the cloud. */
export interface Played {
  readonly cloud: EcsCloud
  readonly done: Deployed
  /** How many entries the journal had before the deploy. */
  readonly start: number
}

/** Plays the deploy. Calls fail as the scenario says only while it runs. */
export async function playScenario(scenario: string, needs: Needs = needsOf(scenario)): Promise<Played> {
  const { breaker = false, rollback = false, alarm, desiredCount = 2, rival, native, bridged = false } = needs
  const cloud = await startEcsCloud(needs.byTag === true ? {} : { scenario: loadScenario(scenario) })
  const deploymentConfiguration = {
    ...native,
    ...needs.configuration,
    deploymentCircuitBreaker: { enable: breaker, rollback },
    ...(alarm === undefined ? {} : { alarms: { alarmNames: [alarm], enable: true, rollback: true } }),
  }
  const containerDefinitions = [...(needs.containers ?? [app])]
  const { balanced = true } = needs
  const stack = { desiredCount, bridged, balanced, taskDefinition: { containerDefinitions } }
  if (native === undefined) await makeService(cloud, { ...stack, service: { deploymentConfiguration } })
  else await makeNativeService(cloud, deploymentConfiguration, stack)
  const { denied } = needs
  if (denied !== undefined) {
    const role = 'arn:aws:sts::123456789012:assumed-role/deploy/run'
    const message = `User: ${role} is not authorized to perform: ecs:${denied} on resource: *`
    const error = new AwsError('AccessDeniedException', message)
    cloud.intercept = ({ action }) => (action === denied ? { error } : undefined)
  }
  if (rival) {
    cloud.clock.after(30_000, async () => {
      const update = { cluster: 'production', service: 'web', taskDefinition: 'web:1', forceNewDeployment: true }
      await cloud.ecs.send(new UpdateServiceCommand(update))
    })
  }
  const start = cloud.journal.entries().length
  cloud.arm()
  const done = await deploy(cloud, { image: 'example.com/web:next', timeout: '15m', ...needs.inputs })
  cloud.arm(false)
  return { cloud, done, start }
}
