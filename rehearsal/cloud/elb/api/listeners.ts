import type { Caller, Members, Operations } from '../../kernel/call.ts'
import type { ElbContext } from '../context.ts'
import { duplicateListener, invalid, listenerNotFound, notSimulated } from '../errors.ts'
import { changeAction, startForwarding, stopForwarding } from '../health/rule-targets.ts'
import type { Listener, ListenerProtocol, LoadBalancer, Rule } from '../model.ts'
import { listenerArn, ruleArn } from '../names.ts'
import { actionMembers, readAction } from '../request/actions.ts'
import {
  attributeList,
  httpListenerAttributes,
  initialAttributes,
  readAttributes,
  tcpListenerAttributes,
} from '../request/attributes.ts'
import { page } from '../request/paging.ts'
import { Parameters } from '../request/parameters.ts'
import type { Resources } from '../resources.ts'
import { findListener, findLoadBalancer } from './find.ts'

import { readTags } from './tags.ts'

const protocols = ['HTTP', 'HTTPS', 'TCP', 'TLS', 'UDP', 'TCP_UDP', 'GENEVE', 'QUIC', 'TCP_QUIC'] as const

export function listenerOperations(elb: ElbContext): Operations {
  const find = (members: Members, caller: Caller) => findListener(elb.accounts.get(caller), new Parameters(members))

  return {
    CreateListener: async (members, caller) => ({
      Listeners: [listenerMembers(await createListener(elb, new Parameters(members), caller))],
    }),
    DescribeListeners: (members, caller) => {
      const input = new Parameters(members)
      const { items, next } = page(input, select(elb.accounts.get(caller), input))
      return { Listeners: items.map(listenerMembers), NextMarker: next }
    },
    ModifyListener: async (members, caller) => {
      const listener = find(members, caller)
      await modifyListener(elb, listener, new Parameters(members), caller)
      return { Listeners: [listenerMembers(listener)] }
    },
    DeleteListener: async (members, caller) => {
      await closeListener(elb, elb.accounts.get(caller), find(members, caller))
      return {}
    },
    DescribeListenerAttributes: (members, caller) => attributeList(find(members, caller).attributes),
    ModifyListenerAttributes: (members, caller) => {
      const listener = find(members, caller)
      const changes = readAttributes('Listener', attributesOf(listener), new Parameters(members))
      for (const [key, value] of changes) listener.attributes.set(key, value)
      return attributeList(listener.attributes)
    },
  }
}

const attributesOf = ({ protocol }: Pick<Listener, 'protocol'>) =>
  protocol === 'HTTP' ? httpListenerAttributes : tcpListenerAttributes

async function createListener(elb: ElbContext, input: Parameters, caller: Caller): Promise<Listener> {
  const resources = elb.accounts.get(caller)
  const loadBalancer = findLoadBalancer(resources, input)
  const protocol = readProtocol(input, loadBalancer)
  const port = input.number('Port', 1, 65_535)
  if (protocol === undefined) throw invalid('A listener protocol must be specified')
  if (port === undefined) throw invalid('A listener port must be specified')
  const listener: Listener = {
    ...{ loadBalancer, port, protocol, rules: [] },
    arn: listenerArn(loadBalancer.arn),
    attributes: initialAttributes(attributesOf({ protocol })),
    tags: readTags(input),
    close: async () => {},
  }
  const rule: Rule = {
    ...{ listener, priority: 'default', conditions: [], tags: new Map() },
    arn: ruleArn(listener.arn),
    action: readAction(input.list('DefaultActions'), loadBalancer, resources),
  }
  listener.rules = [rule]
  for (const other of loadBalancer.listeners.values()) {
    if (other.port === port) throw duplicateListener(loadBalancer.arn)
  }
  loadBalancer.listeners.set(listener.arn, listener)
  try {
    listener.close = await elb.traffic.listen(listener, port)
  } catch (error) {
    loadBalancer.listeners.delete(listener.arn)
    throw error
  }
  resources.listeners.set(listener.arn, listener)
  resources.rules.set(rule.arn, rule)
  startForwarding(elb.health, rule)
  return listener
}

/** Validates everything first, then opens the new port, and only then changes the listener. */
async function modifyListener(elb: ElbContext, listener: Listener, input: Parameters, caller: Caller): Promise<void> {
  const { loadBalancer } = listener
  const protocol = readProtocol(input, loadBalancer) ?? listener.protocol
  const port = input.number('Port', 1, 65_535) ?? listener.port
  const action = input.has('DefaultActions')
    ? readAction(input.list('DefaultActions'), loadBalancer, elb.accounts.get(caller))
    : undefined
  if (port !== listener.port) {
    if ([...loadBalancer.listeners.values()].some((other) => other.port === port)) {
      throw duplicateListener(loadBalancer.arn)
    }
    const close = listener.close
    listener.close = await elb.traffic.listen(listener, port)
    listener.port = port
    await close()
  }
  listener.protocol = protocol
  const standard = defaultRule(listener)
  if (action !== undefined) changeAction(elb.health, standard, action)
}

/** The protocol in `input`, if any. Refuses TLS, as the rehearsal has no certificates. */
function readProtocol(input: Parameters, balancer: LoadBalancer): ListenerProtocol | undefined {
  for (const member of ['Certificates', 'SslPolicy', 'AlpnPolicy', 'MutualAuthentication']) {
    if (input.has(member)) throw notSimulated(`${member} of listeners`, 'Listen on HTTP (or TCP) here.')
  }
  const protocol = input.oneOf('Protocol', protocols)
  if (protocol === undefined) return undefined
  const own = balancer.type === 'application' ? ['HTTP', 'HTTPS'] : ['TCP', 'TLS', 'UDP', 'TCP_UDP', 'QUIC', 'TCP_QUIC']
  if (!own.includes(protocol)) throw invalid(`Listener protocol '${protocol}' must be one of '${own.join(', ')}'`)
  if (protocol !== 'HTTP' && protocol !== 'TCP') {
    throw notSimulated(`listeners of protocol ${protocol}`, 'Listen on HTTP (or TCP) here.')
  }
  return protocol
}

/** Ends a listener and its rules: refuses new connections, and closes idle ones. */
export async function closeListener(elb: ElbContext, resources: Resources, listener: Listener): Promise<void> {
  listener.loadBalancer.listeners.delete(listener.arn)
  resources.listeners.delete(listener.arn)
  for (const rule of listener.rules) {
    resources.rules.delete(rule.arn)
    stopForwarding(elb.health, rule)
  }
  await listener.close()
}

function select(resources: Resources, input: Parameters): readonly Listener[] {
  const arns = input.texts('ListenerArns', 20)
  const ofLoadBalancer = input.has('LoadBalancerArn')
  if (arns.length > 0 === ofLoadBalancer) {
    throw invalid(
      ofLoadBalancer
        ? 'Listener ARNs and a load balancer ARN cannot be specified at the same time'
        : 'You must specify either listener ARNs or a load balancer ARN',
    )
  }
  if (ofLoadBalancer) return [...findLoadBalancer(resources, input).listeners.values()]
  if (arns.some((arn) => !resources.listeners.has(arn))) throw listenerNotFound()
  return arns.flatMap((arn) => resources.listeners.get(arn) ?? [])
}

const defaultRule = (listener: Listener): Rule => listener.rules[listener.rules.length - 1] as Rule

function listenerMembers(listener: Listener): Members {
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: listener.loadBalancer.arn,
    Port: listener.port,
    Protocol: listener.protocol,
    DefaultActions: [actionMembers(defaultRule(listener).action)],
  }
}
