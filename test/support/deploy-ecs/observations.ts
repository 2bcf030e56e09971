// Observations of a service during deploys that end in different ways, as small data for tests.

import type { FollowedDeployment } from '../../../actions/deploy-ecs/src/observe/deployment.ts'
import type {
  Observation,
  ObservedDeployment,
  ObservedService,
  ObservedServiceDeployment,
  ObservedTarget,
  ObservedTask,
} from '../../../actions/deploy-ecs/src/observe/model.ts'
import { type Memory, NOTHING_YET, remember } from '../../../actions/deploy-ecs/src/watch/memory.ts'
import { type Criteria, type Decision, decide, type Verdict } from '../../../actions/deploy-ecs/src/watch/verdict.ts'

export const arn = (revision: number) => `arn:aws:ecs:eu-west-1:123456789012:task-definition/web:${revision}`
export const GROUP = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/abc'

/** Times of the server. Ours was made at 1,000 s. */
export const MADE = 1_000_000

export const followed: FollowedDeployment = {
  deploymentId: 'ecs-svc/ours',
  taskDefinition: arn(2),
  createdAt: MADE,
  previousTaskDefinition: arn(1),
  shipped: [],
  isNew: true,
  ranBefore: true,
  wasComplete: true,
  hadTasks: true,
}

export const criteria: Criteria = {
  waitFor: 'healthy',
  bakeMs: 60_000,
  timeoutMs: 600_000,
  deadline: 600_000,
  awaitRollback: true,
}

export const deployment = (more: Partial<ObservedDeployment> = {}): ObservedDeployment => ({
  id: 'ecs-svc/ours',
  status: 'PRIMARY',
  taskDefinition: arn(2),
  desiredCount: 2,
  runningCount: 2,
  pendingCount: 0,
  failedTasks: 0,
  rolloutState: 'IN_PROGRESS',
  rolloutStateReason: 'ECS deployment ecs-svc/ours in progress.',
  createdAt: MADE,
  ...more,
})

/** The one before ours. */
export const earlier = (more: Partial<ObservedDeployment> = {}): ObservedDeployment =>
  deployment({
    id: 'ecs-svc/before',
    status: 'ACTIVE',
    taskDefinition: arn(1),
    rolloutState: 'COMPLETED',
    rolloutStateReason: 'ECS deployment ecs-svc/before completed.',
    createdAt: MADE - 86_400_000,
    ...more,
  })

export const service = (
  deployments: readonly ObservedDeployment[],
  more: Partial<ObservedService> = {},
): ObservedService => ({
  arn: 'arn:aws:ecs:eu-west-1:123456789012:service/default/web',
  name: 'web',
  clusterArn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/default',
  status: 'ACTIVE',
  taskDefinition: arn(2),
  desiredCount: 2,
  runningCount: 2,
  deployments,
  events: [],
  loadBalancers: [{ targetGroupArn: GROUP, containerName: 'app', containerPort: 80 }],
  ...more,
})

export const task = (id: string, more: Partial<ObservedTask> = {}): ObservedTask => ({
  arn: `arn:aws:ecs:eu-west-1:123456789012:task/default/${id}`,
  startedBy: 'ecs-svc/ours',
  taskDefinition: arn(2),
  lastStatus: 'RUNNING',
  containers: [{ name: 'app', image: 'web:2', hostPorts: [] }],
  addresses: [`10.0.0.${id}`],
  createdAt: MADE,
  ...more,
})

export const failedTask = (id: string, more: Partial<ObservedTask> = {}): ObservedTask =>
  task(id, {
    lastStatus: 'STOPPED',
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    containers: [{ name: 'app', image: 'web:2', exitCode: 1, hostPorts: [] }],
    ...more,
  })

export const target = (id: string, more: Partial<ObservedTarget> = {}): ObservedTarget => ({
  targetGroupArn: GROUP,
  taskArn: task(id).arn,
  target: `10.0.0.${id}:80`,
  state: 'healthy',
  ...more,
})

export const record = (status: string, more: Partial<ObservedServiceDeployment> = {}): ObservedServiceDeployment => ({
  arn: 'arn:aws:ecs:eu-west-1:123456789012:service-deployment/default/web/xyz',
  status,
  triggeredAlarms: [],
  awaiting: [],
  ...more,
})

/** All is as it should be at the end. */
export const healthy: Observation = {
  at: 30_000,
  service: service([deployment({ rolloutState: 'COMPLETED' })]),
  tasks: [task('1'), task('2')],
  targets: [target('1'), target('2')],
}

/** Plays looks one after the other, as a watch does, until there is a verdict. */
export function play(
  looks: readonly Observation[],
  how: Criteria = criteria,
  whose: FollowedDeployment = followed,
): Decision {
  let memory: Memory = NOTHING_YET
  let decision: Decision = { kind: 'waiting', waitingFor: ['the first look'] }
  for (const look of looks) {
    memory = remember(memory, whose, look)
    decision = decide(whose, how, look, memory)
    if (decision.kind === 'decided') return decision
  }
  return decision
}

export const verdictOf = (decision: Decision): Verdict => {
  if (decision.kind === 'decided') return decision.verdict
  throw new Error(`No verdict yet: ${decision.waitingFor.join('; ')}`)
}

export const waitsFor = (decision: Decision): string =>
  decision.kind === 'waiting' ? decision.waitingFor.join('; ') : ''
