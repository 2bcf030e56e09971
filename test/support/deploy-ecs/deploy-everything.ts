// Deploys that together make every call of deploy-ecs.
import { type Deployed, deploy } from './deploy.ts'
import { type EcsCloud, makeService } from './ecs-cloud.ts'

const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`
const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'

/** The roles of every task definition here. */
export const TASK_ROLES: readonly string[] = [role('execution'), role('task')]

/** Makes services of all kinds in the cluster `production`: web with logs, secrets, roles and tags; one on EC2; one with volumes. */
export async function makeServicesOfAllKinds(cloud: EcsCloud): Promise<void> {
  const logConfiguration = {
    logDriver: 'awslogs' as const,
    options: { 'awslogs-group': '/web', 'awslogs-stream-prefix': 'ecs', 'awslogs-region': 'eu-west-1' },
  }
  const secrets = [
    { name: 'TOKEN', valueFrom: '/web/token' },
    { name: 'PASSWORD', valueFrom: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:web-AbCdEf' },
  ]
  const app = { name: 'app', image: 'example.com/web:ok', essential: true, portMappings: [{ containerPort: 80 }] }
  const taskRoleArn = role('task')
  const tags = [{ key: 'team', value: 'web' }]
  await makeService(cloud, {
    taskDefinition: { containerDefinitions: [{ ...app, logConfiguration, secrets }], taskRoleArn, tags },
  })
  await makeService(cloud, { name: 'bridged', bridged: true })
  const volume = { roleArn: role('volumes'), sizeInGiB: 10, filesystemType: 'ext4' as const }
  await makeService(cloud, {
    name: 'stored',
    taskDefinition: { containerDefinitions: [app], volumes: [{ name: 'data', configuredAtLaunch: true }] },
    service: { volumeConfigurations: [{ name: 'data', managedEBSVolume: volume }] },
  })
}

/** Deploys to those services: green, red, on EC2, with a task before, back, cancelled. Returns them by name. */
export async function deployEverything(cloud: EcsCloud): Promise<Readonly<Record<string, Deployed>>> {
  const migrate = { 'before-deploy-command': 'migrate', 'before-deploy-timeout': '10s' }
  const green = await deploy(cloud, {
    image: `${ECR}/web@sha256:${'a'.repeat(64)}`,
    'expected-account-id': '123456789012',
  })
  const red = await deploy(cloud, { image: 'example.com/web:crash' })
  const sick = await deploy(cloud, { image: 'example.com/web:sick' })
  const bridged = await deploy(cloud, { service: 'bridged', image: 'example.com/web:next' })
  // Stopped after its time-out.
  const before = await deploy(cloud, { image: 'example.com/web:next', ...migrate })
  const stored = await deploy(cloud, { service: 'stored', image: 'example.com/web:exit-0', ...migrate })
  const back = await deploy(cloud, { command: 'rollback' })
  const scaled = await deploy(cloud, { command: 'verify', 'desired-count': '2' })
  const cached = await deploy(cloud, { command: 'verify', image: `${ECR}/hub/library/nginx:1.29` })
  const cancellation = new AbortController()
  cloud.clock.after(20_000, () => cancellation.abort())
  const cancelled = await deploy(cloud, { image: 'example.com/web:slow' }, { signal: cancellation.signal })
  return { green, red, sick, bridged, before, stored, back, scaled, cached, cancelled }
}
