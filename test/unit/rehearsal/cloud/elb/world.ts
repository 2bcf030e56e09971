import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { createElb, type Elb } from '../../../../../rehearsal/cloud/elb/index.ts'
import type { ProbeRequest, ProbeResult, Target } from '../../../../../rehearsal/cloud/interfaces.ts'
import type { Caller, Members } from '../../../../../rehearsal/cloud/kernel/call.ts'
import { ManualClock } from '../../../../../rehearsal/cloud/kernel/clock.ts'
import { Journal, type Written } from '../../../../../rehearsal/cloud/kernel/journal.ts'
import { misfits, operationShapes } from '../../../../../rehearsal/cloud/kernel/protocol/shapes.ts'

export const caller: Caller = {
  account: '123456789012',
  region: 'eu-west-1',
  accessKeyId: 'AKIAEXAMPLE',
  arn: 'arn:aws:iam::123456789012:user/tester',
  userId: 'AIDAEXAMPLE',
  role: undefined,
}

/** An answer, loosely typed: tests look into it, and `call` has held it to the SDK's shapes already. */
// biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is checked by what it expects of it
export type Loose = any

export interface World {
  readonly elb: Elb
  readonly clock: ManualClock
  readonly journal: Journal
  readonly probes: { target: Target; request: ProbeRequest }[]
  /** What health checks find; a test changes it as its story goes on. */
  answer: (target: Target) => ProbeResult
  /** Calls an operation as it comes off the wire, and holds the answer to the SDK's own shape. */
  call(operation: string, input?: Members): Promise<Loose>
  /** The error of a call that must be refused. */
  refusal(operation: string, input?: Members): Promise<{ code: string; message: string }>
  /** `from → to` of each change of health, in order. */
  healthStory(): string[]
  targetEntries(): readonly Written[]
}

export const answered = (status: number): ProbeResult => ({ outcome: 'answered', status })

export function world({ carriesTraffic = false } = {}): World {
  const clock = new ManualClock()
  const journal = new Journal(clock)
  const it: World = {
    clock,
    journal,
    probes: [],
    answer: () => answered(200),
    elb: createElb({
      clock,
      journal,
      network: { carriesTraffic },
      prober: {
        probe: async (target, request) => {
          it.probes.push({ target, request })
          return it.answer(target)
        },
      },
    }),
    async call(operation, input = {}) {
      const run = it.elb.operations[operation]
      if (run === undefined) throw new Error(`no operation ${operation}`)
      const output = await run(wire(input) as Members, caller)
      const { output: shape } = operationShapes((sdk as Record<string, unknown>)[`${operation}$`])
      expect(misfits(shape, output)).toEqual([])
      return output
    },
    async refusal(operation, input) {
      try {
        await it.call(operation, input)
      } catch (error) {
        const { code, message } = error as { code: string; message: string }
        return { code, message }
      }
      throw new Error(`${operation} was not refused`)
    },
    healthStory: () => it.targetEntries().map(({ from, to }) => `${from} → ${to}`),
    targetEntries: () => journal.entries('target'),
  }
  return it
}

/** All that a query request carries is text. */
function wire(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? '' : value.map(wire)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, one]) => one !== undefined)
        .map(([key, one]) => [key, wire(one)]),
    )
  }
  return String(value)
}

/** A load balancer with a listener that forwards to a group of addresses; the usual beginning. */
export async function stack(it: World, group: Members = {}, listenerPort = 80) {
  const targetGroupArn = await targetGroup(it, 'web', group)
  const { LoadBalancerArn: loadBalancerArn, DNSName: dnsName } = await loadBalancer(it)
  const listener = await it.call('CreateListener', {
    LoadBalancerArn: loadBalancerArn,
    Protocol: 'HTTP',
    Port: listenerPort,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
  })
  return { loadBalancerArn, dnsName, targetGroupArn, listenerArn: listener.Listeners[0].ListenerArn } as Record<
    'loadBalancerArn' | 'dnsName' | 'targetGroupArn' | 'listenerArn',
    string
  >
}

export async function targetGroup(it: World, name: string, more: Members = {}): Promise<string> {
  const input = { Name: name, Protocol: 'HTTP', Port: 8080, VpcId: 'vpc-1', TargetType: 'ip', ...more }
  return (await it.call('CreateTargetGroup', input)).TargetGroups[0].TargetGroupArn
}

export const loadBalancer = async (it: World, name = 'web', more: Members = {}) =>
  (await it.call('CreateLoadBalancer', { Name: name, Subnets: ['subnet-a', 'subnet-b'], ...more })).LoadBalancers[0]
