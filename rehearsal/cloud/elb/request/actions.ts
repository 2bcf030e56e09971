import type { Members } from '../../kernel/call.ts'
import { AwsError } from '../../kernel/errors.ts'
import { actionTargetGroupNotFound, incompatible, invalid, notSimulated, targetGroupElsewhere } from '../errors.ts'
import type { Action, LoadBalancer, WeightedGroup } from '../model.ts'
import type { Resources } from '../resources.ts'
import type { Parameters } from './parameters.ts'

const types = [
  'forward',
  'authenticate-oidc',
  'authenticate-cognito',
  'redirect',
  'fixed-response',
  'jwt-validation',
] as const
const contentTypes = ['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json']

/** Reads the action of a rule. Rules with an authenticate action are refused: the rehearsal has no login. */
export function readAction(actions: readonly Parameters[], balancer: LoadBalancer, resources: Resources): Action {
  const [action, ...more] = actions
  if (action === undefined) throw invalid('You must specify at least one action')
  if (more.length > 0)
    throw notSimulated('rules with more than one action', 'Give one forward, redirect or fixed-response.')
  const type = action.oneOf('Type', types)
  if (type === undefined) throw action.missing('Type')
  const order = action.number('Order', 1, 50_000)
  const common = order === undefined ? {} : { order }
  if (type === 'forward') return { ...common, ...forward(action, balancer, resources) }
  if (balancer.type === 'network')
    throw incompatible(`Action type '${type}' is not supported for Network Load Balancers`)
  if (type === 'redirect') return { ...common, ...redirect(action) }
  if (type === 'fixed-response') return { ...common, ...fixedResponse(action) }
  throw notSimulated(`actions of type '${type}'`)
}

function forward(action: Parameters, balancer: LoadBalancer, resources: Resources): Action {
  const config = action.nested('ForwardConfig')
  const single = action.text('TargetGroupArn')
  const weighted = config?.list('TargetGroups') ?? []
  if (single !== undefined && weighted.some((one) => one.text('TargetGroupArn') !== single)) {
    throw invalid('You cannot specify both TargetGroupArn and ForwardConfig with a different target group')
  }
  if (single === undefined && weighted.length === 0)
    throw invalid('You must specify a target group ARN for a forward action')
  if (weighted.length > 5) throw invalid('A forward action can have at most 5 target groups')
  const groups =
    weighted.length === 0
      ? [{ group: targetGroup(single ?? '', balancer, resources), weight: 1 }]
      : weighted.map((one) => ({
          group: targetGroup(one.required('TargetGroupArn'), balancer, resources),
          weight: one.number('Weight', 0, 999) ?? 1,
        }))
  if (balancer.type === 'network' && groups.length > 1)
    throw notSimulated('weighted target groups of Network Load Balancers')
  return { type: 'forward', groups, stickySeconds: stickiness(config?.nested('TargetGroupStickinessConfig')) }
}

function stickiness(config: Parameters | undefined): number | undefined {
  const seconds = config?.number('DurationSeconds', 1, 604_800)
  if (config?.flag('Enabled') !== true) return undefined
  if (seconds === undefined)
    throw invalid('Target group stickiness duration must be specified when stickiness is enabled')
  return seconds
}

function targetGroup(arn: string, balancer: LoadBalancer, resources: Resources): WeightedGroup['group'] {
  const group = resources.targetGroups.get(arn)
  if (group === undefined) throw actionTargetGroupNotFound(arn)
  const wanted = balancer.type === 'network' ? ['TCP'] : ['HTTP', 'HTTPS']
  if (!wanted.includes(group.protocol)) {
    throw incompatible(
      `The target group '${arn}' with protocol ${group.protocol} cannot be used with this load balancer`,
    )
  }
  for (const rule of group.usedBy) if (rule.listener.loadBalancer !== balancer) throw targetGroupElsewhere(arn)
  return group
}

function redirect(action: Parameters): Action {
  const config = action.nested('RedirectConfig')
  if (config === undefined) throw action.missing('RedirectConfig')
  const statusCode = config.oneOf('StatusCode', ['HTTP_301', 'HTTP_302'])
  if (statusCode === undefined) throw config.missing('StatusCode')
  const to = {
    protocol: config.text('Protocol') ?? '#{protocol}',
    host: config.text('Host') ?? '#{host}',
    port: config.text('Port') ?? '#{port}',
    path: config.text('Path') ?? '/#{path}',
    query: config.text('Query') ?? '#{query}',
  }
  if (!/^(HTTPS?|#\{protocol\})$/.test(to.protocol)) throw invalid(`Redirect protocol '${to.protocol}' is not valid`)
  if (!to.path.startsWith('/')) throw invalid(`The path '${to.path}' must start with '/'`)
  // AWS refuses a redirect to the same URL, too.
  const moves = ['#{protocol}', '#{host}', '#{port}', '/#{path}', '#{query}']
  if ([to.protocol, to.host, to.port, to.path, to.query].every((part, index) => part === moves[index])) {
    throw new AwsError(
      'InvalidLoadBalancerAction',
      'The redirect configuration is not valid because it creates a loop.',
    )
  }
  return { type: 'redirect', redirect: { ...to, statusCode } }
}

function fixedResponse(action: Parameters): Action {
  const config = action.nested('FixedResponseConfig')
  if (config === undefined) throw action.missing('FixedResponseConfig')
  const statusCode = config.required('StatusCode')
  if (!/^(2|4|5)\d\d$/.test(statusCode)) {
    throw invalid(
      `1 validation error detected: Value '${statusCode}' at 'actions.1.member.fixedResponseConfig.statusCode' failed to ` +
        'satisfy constraint: Member must satisfy regular expression pattern: ^(2|4|5)\\d\\d$',
    )
  }
  const contentType = config.text('ContentType')
  const messageBody = config.text('MessageBody')
  if (contentType !== undefined && !contentTypes.includes(contentType)) {
    throw new AwsError(
      'InvalidLoadBalancerAction',
      `The ContentType must be one of: ${contentTypes.map((one) => `'${one}'`).join(', ')}`,
    )
  }
  if (messageBody !== undefined && messageBody.length > 1_024) {
    throw invalid('The MessageBody of a fixed response cannot be longer than 1024 characters')
  }
  return {
    type: 'fixed-response',
    response: {
      statusCode,
      ...(contentType === undefined ? {} : { contentType }),
      ...(messageBody === undefined ? {} : { messageBody }),
    },
  }
}

/** An action in the form of answers: a forward to one group names the group twice. */
export function actionMembers(action: Action): Members {
  const order = { Order: action.order }
  switch (action.type) {
    case 'forward':
      return {
        Type: 'forward',
        TargetGroupArn: action.groups.length === 1 ? action.groups[0]?.group.arn : undefined,
        ...order,
        ForwardConfig: {
          TargetGroups: action.groups.map(({ group, weight }) => ({ TargetGroupArn: group.arn, Weight: weight })),
          TargetGroupStickinessConfig: {
            Enabled: action.stickySeconds !== undefined,
            DurationSeconds: action.stickySeconds,
          },
        },
      }
    case 'redirect':
      return {
        Type: 'redirect',
        ...order,
        RedirectConfig: {
          Protocol: action.redirect.protocol,
          Port: action.redirect.port,
          Host: action.redirect.host,
          Path: action.redirect.path,
          Query: action.redirect.query,
          StatusCode: action.redirect.statusCode,
        },
      }
    case 'fixed-response':
      return {
        Type: 'fixed-response',
        ...order,
        FixedResponseConfig: {
          MessageBody: action.response.messageBody,
          StatusCode: action.response.statusCode,
          ContentType: action.response.contentType,
        },
      }
  }
}
