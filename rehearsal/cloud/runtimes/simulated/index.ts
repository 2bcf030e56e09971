import type { Target } from '../../interfaces.ts'
import type { Scope } from '../../kernel/call.ts'
import type { Clock } from '../../kernel/clock.ts'
import { ClosableClock } from '../../kernel/closable-clock.ts'
import type { Random } from '../../kernel/random.ts'
import type { InstanceFacts, Runtime, StartedContainer, TaskRequest } from '../runtime.ts'
import { draw } from './duration.ts'
import { ImageDigests } from './image-digests.ts'
import { NOTHING_SPECIAL, type Scenario } from './scenario.ts'
import { SimulatedTask } from './task.ts'
import { Ordinals, ruleFor, type TaskFacts } from './task-rules.ts'

export { loadScenario, parseScenario, ScenarioError, scenarioNames } from './load-scenario.ts'
export type { Scenario } from './scenario.ts'
export { stalenessOf } from './scenario.ts'

const NO_FARGATE = 'Capacity is unavailable at this time. Please try again later or in a different availability zone.'

export interface SimulatedRuntimeDeps {
  readonly clock: Clock
  readonly random: Random
  readonly scenario?: Scenario
  /** Raises and clears the alarms of the scenario. */
  readonly setAlarm?: (scope: Scope, name: string, inAlarm: boolean) => void
  /** Digest of an image by its tag, in the registries of the cloud. Default: they have none. */
  readonly digestOf?: (image: string) => string | undefined
}

/** Simulates tasks: the scenario says what happens to them, in the cloud's time. */
export function createSimulatedRuntime({
  clock: parent,
  random,
  scenario = NOTHING_SPECIAL,
  setAlarm,
  digestOf = () => undefined,
}: SimulatedRuntimeDeps): Runtime {
  const clock = new ClosableClock(parent)
  const ordinals = new Ordinals()
  const digests = new ImageDigests(digestOf)
  const byTarget = new Map<string, SimulatedTask>()
  const alarmed = new Set<string>()
  let addresses = 0
  let ports = 32_767

  return {
    name: 'simulated',
    carriesTraffic: false,
    instances: instancesOf(scenario),
    fargateRefusal: (task) => refusalOf(ruleFor(scenario.tasks, ordinals.peek(task), random)),
    definitionRefusal: () => undefined,
    run(request, events) {
      const facts = ordinals.next(request)
      raiseAlarms(request, facts)
      const privateIp = isAwsvpc(request) ? addressOf(++addresses) : (request.instance?.privateIp ?? '10.255.0.1')
      const keys: string[] = []
      const task = new SimulatedTask(
        {
          ...{ clock, random, rule: ruleFor(scenario.tasks, facts, random), privateIp, hostPort: () => ++ports },
          digestOf: (image) => digests.of(request, image),
        },
        request,
        {
          ...events,
          started(container, started) {
            const bound = portsOf(request, container, started).map(
              (port) => `${request.instance?.ec2InstanceId}:${port}`,
            )
            for (const key of isAwsvpc(request) ? [privateIp] : bound) {
              byTarget.set(key, task)
              keys.push(key)
            }
            events.started(container, started)
          },
          ended() {
            for (const key of keys) if (byTarget.get(key) === task) byTarget.delete(key)
            events.ended()
          },
        },
      )
      return task
    },
    probe: async ({ id, port }: Target) =>
      (byTarget.get(id) ?? byTarget.get(`${id}:${port}`))?.probe() ?? { outcome: 'refused' },
    close: async () => {
      clock.close()
      byTarget.clear()
    },
  }

  function raiseAlarms({ scope }: TaskRequest, { service, deployment }: TaskFacts): void {
    for (const alarm of scenario.alarms) {
      const key = `${scope.account}/${scope.region}/${service}/${alarm.name}`
      const isFor = alarm.deployment === deployment && (alarm.service === undefined || alarm.service === service)
      if (!isFor || alarmed.has(key)) continue
      alarmed.add(key)
      const after = draw(alarm.after, random)
      clock.after(after, () => setAlarm?.(scope, alarm.name, true))
      if (alarm.clearsAfter !== undefined) {
        clock.after(after + draw(alarm.clearsAfter, random), () => setAlarm?.(scope, alarm.name, false))
      }
    }
  }
}

const refusalOf = ({ noCapacity }: { readonly noCapacity?: true | string | undefined }) =>
  noCapacity === true ? NO_FARGATE : noCapacity

const isAwsvpc = ({ definition }: TaskRequest) => definition.networkMode === 'awsvpc'

/** Host ports of a container. In host mode they are its own ports, which the ECS agent does not report. */
function portsOf({ definition }: TaskRequest, name: string, { networkBindings = [] }: StartedContainer) {
  if (definition.networkMode !== 'host') return networkBindings.map(({ hostPort }) => hostPort)
  const container = definition.containerDefinitions?.find((candidate) => candidate.name === name)
  return (container?.portMappings ?? []).map(({ containerPort }) => containerPort)
}

/** Addresses of 10.0.0.0/8, in order. */
const addressOf = (n: number) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`

function instancesOf({ instances }: Scenario): readonly InstanceFacts[] {
  const { count = 3, cpu = 1_048_576, memory = 4_194_304 } = instances ?? {}
  return Array.from({ length: count }, (_, i) => ({
    ec2InstanceId: `i-${String(i + 1).padStart(17, '0')}`,
    privateIp: addressOf(0xff0000 + i + 1),
    zone: 'abc'.charAt(i % 3),
    cpu,
    memory,
  }))
}
