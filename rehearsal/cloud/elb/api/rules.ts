import type { Caller, Members, Operations } from '../../kernel/call.ts'
import type { ElbContext } from '../context.ts'
import { incompatible, invalid, notPermitted, notSimulated, priorityInUse, ruleNotFound } from '../errors.ts'
import { changeAction, startForwarding, stopForwarding } from '../health/rule-targets.ts'
import type { Rule } from '../model.ts'
import { ruleArn } from '../names.ts'
import { actionMembers, readAction } from '../request/actions.ts'
import { conditionMembers, readConditions } from '../request/conditions.ts'
import { page } from '../request/paging.ts'
import { Parameters } from '../request/parameters.ts'
import type { Resources } from '../resources.ts'
import { findListener } from './find.ts'

import { readTags } from './tags.ts'

export function ruleOperations(elb: ElbContext): Operations {
  const find = (members: Members, caller: Caller) => findRule(elb.accounts.get(caller), new Parameters(members))

  return {
    CreateRule: (members, caller) => ({ Rules: [ruleMembers(createRule(elb, new Parameters(members), caller))] }),
    DescribeRules: (members, caller) => {
      const input = new Parameters(members)
      const { items, next } = page(input, select(elb.accounts.get(caller), input))
      return { Rules: items.map(ruleMembers), NextMarker: next }
    },
    ModifyRule: (members, caller) => {
      const rule = find(members, caller)
      modifyRule(elb, rule, new Parameters(members), caller)
      return { Rules: [ruleMembers(rule)] }
    },
    DeleteRule: (members, caller) => {
      const rule = find(members, caller)
      if (rule.priority === 'default') throw notPermitted(`Default rule '${rule.arn}' cannot be deleted`)
      elb.accounts.get(caller).rules.delete(rule.arn)
      rule.listener.rules = rule.listener.rules.filter((other) => other !== rule)
      stopForwarding(elb.health, rule)
      return {}
    },
    SetRulePriorities: (members, caller) => {
      const changed = setPriorities(elb.accounts.get(caller), new Parameters(members))
      return { Rules: changed.map(ruleMembers) }
    },
  }
}

function createRule(elb: ElbContext, input: Parameters, caller: Caller): Rule {
  const resources = elb.accounts.get(caller)
  const listener = findListener(resources, input)
  if (listener.protocol === 'TCP') throw incompatible('Rules are not supported for listeners of Network Load Balancers')
  if (input.list('Transforms').length > 0) throw notSimulated('transforms of rules')
  const priority = input.number('Priority', 1, 50_000)
  if (priority === undefined) throw input.missing('Priority')
  const rule: Rule = {
    ...{ listener, priority },
    arn: ruleArn(listener.arn),
    conditions: readConditions(input.list('Conditions')),
    action: readAction(input.list('Actions'), listener.loadBalancer, resources),
    tags: readTags(input),
  }
  if (listener.rules.some((other) => other.priority === priority)) throw priorityInUse(priority)
  resources.rules.set(rule.arn, rule)
  listener.rules = inOrder([...listener.rules, rule])
  startForwarding(elb.health, rule)
  return rule
}

function modifyRule(elb: ElbContext, rule: Rule, input: Parameters, caller: Caller): void {
  if (rule.priority === 'default') throw notPermitted(`Default rule '${rule.arn}' cannot be modified`)
  if (!input.has('Conditions') && !input.has('Actions')) throw invalid('Either conditions or actions must be specified')
  if (input.list('Transforms').length > 0) throw notSimulated('transforms of rules')
  const conditions = input.has('Conditions') ? readConditions(input.list('Conditions')) : rule.conditions
  const action = input.has('Actions')
    ? readAction(input.list('Actions'), rule.listener.loadBalancer, elb.accounts.get(caller))
    : rule.action
  rule.conditions = conditions
  if (action !== rule.action) changeAction(elb.health, rule, action)
}

function setPriorities(resources: Resources, input: Parameters): readonly Rule[] {
  const wanted = new Map<Rule, number>()
  for (const one of input.list('RulePriorities')) {
    const rule = findRule(resources, one)
    const priority = one.number('Priority', 1, 50_000)
    if (priority === undefined) throw one.missing('Priority')
    if (rule.priority === 'default') throw notPermitted(`The priority of default rule '${rule.arn}' cannot be set`)
    if ([...wanted.values()].includes(priority)) throw invalid(`Priority '${priority}' was provided multiple times`)
    wanted.set(rule, priority)
  }
  if (wanted.size === 0) throw input.missing('RulePriorities')
  for (const [rule, priority] of wanted) {
    const taken = rule.listener.rules.find((other) => other.priority === priority && !wanted.has(other))
    if (taken !== undefined) throw priorityInUse(priority)
  }
  for (const [rule, priority] of wanted) rule.priority = priority
  for (const { listener } of wanted.keys()) listener.rules = inOrder(listener.rules)
  return [...wanted.keys()]
}

const rank = (rule: Rule) => (rule.priority === 'default' ? Number.POSITIVE_INFINITY : rule.priority)
const inOrder = (rules: readonly Rule[]): readonly Rule[] =>
  [...rules].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))

function select(resources: Resources, input: Parameters): readonly Rule[] {
  const arns = input.texts('RuleArns', 20)
  const ofListener = input.has('ListenerArn')
  if (arns.length > 0 && ofListener) {
    throw invalid('Listener rule ARNs and a listener ARN cannot be specified at the same time')
  }
  if (ofListener) return findListener(resources, input).rules
  if (arns.length === 0) throw invalid('You must specify either listener rule ARNs or a listener ARN')
  if (arns.some((arn) => !resources.rules.has(arn))) throw ruleNotFound()
  return arns.flatMap((arn) => resources.rules.get(arn) ?? [])
}

function findRule(resources: Resources, input: Parameters): Rule {
  const arn = input.required('RuleArn')
  if (!arn.includes(':listener-rule/')) throw invalid(`'${arn}' is not a valid listener rule ARN`)
  const rule = resources.rules.get(arn)
  if (rule === undefined) throw ruleNotFound()
  return rule
}

const ruleMembers = (rule: Rule): Members => ({
  RuleArn: rule.arn,
  Priority: `${rule.priority}`,
  Conditions: rule.conditions.map(conditionMembers),
  Actions: [actionMembers(rule.action)],
  IsDefault: rule.priority === 'default',
})
