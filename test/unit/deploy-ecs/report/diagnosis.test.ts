import { diagnose } from '../../../../actions/deploy-ecs/src/report/diagnosis.ts'
import {
  deployment,
  failedTask,
  followed,
  GROUP,
  MADE,
  service,
  target,
  task,
} from '../../../support/deploy-ecs/observations.ts'

test('groups tasks by the reason without ids, the most frequent first', () => {
  const pull = (id: string) =>
    failedTask(id, {
      stopCode: 'TaskFailedToStart',
      stoppedReason: `CannotPullContainerError: dial tcp 10.0.0.${id}:443: i/o timeout`,
      containers: [],
    })
  const { stops } = diagnose(followed, { at: 0, tasks: [failedTask('1'), pull('2'), pull('3'), task('4')] })
  expect(stops.map(({ stop, tasks }) => [stop.kind, tasks.length])).toEqual([
    ['image', 2],
    ['exited', 1],
  ])
})

test('names the containers that failed, and not those that ECS stopped with them', () => {
  const container = (name: string, exitCode?: number) => ({
    name,
    hostPorts: [],
    ...(exitCode === undefined ? {} : { exitCode }),
  })
  const failed = (...containers: ReturnType<typeof container>[]) =>
    diagnose(followed, { at: 0, tasks: [failedTask('1', { containers })] }).stops[0]?.failed
  expect(failed(container('app', 1), container('proxy', 2), container('agent', 143))).toEqual(['app', 'proxy'])
  expect(failed(container('agent', 143), container('app', 1))).toEqual(['app'])
  expect(failed(container('agent', 143), container('app', 137))).toEqual(['app'])
  expect(failed(container('agent', 143), container('app', 0))).toEqual(['app'])
  expect(failed(container('agent', 143))).toEqual(['agent'])
  expect(failed(container('app'))).toEqual([])
})

test("takes why a target was unhealthy from the service's events, as ECS deregisters it at once", () => {
  const events = [
    { id: '1', at: MADE - 1, message: '(service web) an event of the deploy before' },
    {
      id: '2',
      at: MADE + 1,
      message: `(service web) (task abc) (port 80) is unhealthy in (target-group ${GROUP}) due to (reason Health checks failed with these codes: [500])`,
    },
  ]
  const seen = {
    at: 0,
    service: service([deployment()], { events }),
    tasks: [],
    targets: [target('1', { state: 'unregistered' })],
  }
  const found = diagnose(followed, seen)
  expect(found.events.map(({ id }) => id)).toEqual(['2'])
  expect(found.targets).toEqual([
    { targetGroup: 'web', state: 'unhealthy (Health checks failed with these codes: [500])', targets: ['task abc'] },
  ])
})

test('leaves out tasks that ECS scaled in, and keeps interrupted ones', () => {
  const stopped = (id: string, stopCode: string, stoppedReason: string) =>
    failedTask(id, { stopCode, stoppedReason, containers: [] })
  const { stops } = diagnose(followed, {
    at: 0,
    tasks: [
      stopped('1', 'ServiceSchedulerInitiated', 'Scaling activity initiated by (deployment ecs-svc/1)'),
      stopped('2', 'SpotInterruption', 'Your Spot Task was interrupted.'),
    ],
  })
  expect(stops.map(({ stop }) => stop.kind)).toEqual(['interrupted'])
})

test('lists the tasks of a group with the newest last, and its containers from that task', () => {
  const at = (id: string, createdAt: number) => failedTask(id, { createdAt })
  const { stops } = diagnose(followed, { at: 0, tasks: [at('new', 3), at('old', 1), at('middle', 2)] })
  expect(stops[0]?.tasks.map((arn) => arn.split('/').at(-1))).toEqual(['old', 'middle', 'new'])
})

test('groups targets by target group and state', () => {
  const unhealthy = { state: 'unhealthy', reason: 'Target.Timeout', description: 'Request timed out' }
  const targets = [target('1', unhealthy), target('2', unhealthy), target('3', { state: 'initial' }), target('4')]
  expect(diagnose(followed, { at: 0, targets }).targets).toEqual([
    {
      targetGroup: 'web',
      state: 'unhealthy (Target.Timeout: Request timed out)',
      targets: ['10.0.0.1:80', '10.0.0.2:80'],
    },
    { targetGroup: 'web', state: 'initial', targets: ['10.0.0.3:80'] },
  ])
})

test('keeps the twenty newest events, oldest first', () => {
  const events = Array.from({ length: 25 }, (_, index) => ({ id: `${index}`, at: MADE + 25 - index, message: 'x' }))
  const kept = diagnose(followed, { at: 0, service: service([deployment()], { events }) }).events
  expect(kept.map(({ id }) => Number(id))).toEqual(Array.from({ length: 20 }, (_, index) => 19 - index))
})
