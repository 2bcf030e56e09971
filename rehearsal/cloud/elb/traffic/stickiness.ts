import type { IncomingMessage } from 'node:http'
import { type Action, type RegisteredTarget, type TargetGroup, targetKey } from '../model.ts'
import { inRotation, nextGroup, nextTarget } from './choose-target.ts'

type Forward = Extract<Action, { type: 'forward' }>

/** The target of a request, and the cookies that send the client's next request there. */
export interface Choice {
  readonly group: TargetGroup | undefined
  readonly target: RegisteredTarget | undefined
  readonly cookies: readonly string[]
}

const groupCookie = 'AWSALBTG'
const targetCookie = 'AWSALB'

/** Chooses group and target: with stickiness those of the client's cookies, else the next in turn. */
export function choose(action: Forward, request: IncomingMessage): Choice {
  const cookies: string[] = []
  const group = stickyGroup(action, request) ?? nextGroup(action)
  if (group === undefined) return { group, target: undefined, cookies }
  if (action.stickySeconds !== undefined) cookies.push(cookie(groupCookie, group.arn, action.stickySeconds))
  if (group.attributes.get('stickiness.enabled') !== 'true') return { group, target: nextTarget(group), cookies }
  const target = stickyTarget(group, request) ?? nextTarget(group)
  const seconds = Number(group.attributes.get('stickiness.lb_cookie.duration_seconds'))
  if (target !== undefined) cookies.push(cookie(targetCookie, targetKey(target.target), seconds))
  return { group, target, cookies }
}

function stickyGroup(action: Forward, request: IncomingMessage): TargetGroup | undefined {
  if (action.stickySeconds === undefined) return undefined
  const arn = cookieOf(request, groupCookie)
  return action.groups.find(({ group, weight }) => group.arn === arn && weight > 0)?.group
}

function stickyTarget(group: TargetGroup, request: IncomingMessage): RegisteredTarget | undefined {
  const key = cookieOf(request, targetCookie)
  const target = key === undefined ? undefined : group.targets.get(key)
  return target !== undefined && inRotation(group, target) ? target : undefined
}

function cookieOf(request: IncomingMessage, name: string): string | undefined {
  const pair = request.headers.cookie?.split(/;\s*/).find((one) => one.startsWith(`${name}=`))
  return pair && Buffer.from(pair.slice(name.length + 1), 'base64url').toString()
}

const cookie = (name: string, value: string, seconds: number) =>
  `${name}=${Buffer.from(value).toString('base64url')}; Expires=${new Date(Date.now() + seconds * 1_000).toUTCString()}; Path=/`
