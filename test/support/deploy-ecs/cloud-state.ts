// What tests read from the cloud of ecs-cloud.ts: its journal, services and task definitions.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionRequest,
} from '@aws-sdk/client-ecs'
import type { EcsCloud } from './ecs-cloud.ts'

const CHANGING = ['RegisterTaskDefinition', 'UpdateService', 'RunTask', 'StopServiceDeployment']

/** The journal's entries on the calls of one operation. */
export const callsOf = ({ journal }: Pick<EcsCloud, 'journal'>, action: string) =>
  journal.entries('api').filter((entry) => entry['action'] === action)

/** The number of calls that change something. */
export const changeCount = (cloud: Pick<EcsCloud, 'journal'>): number =>
  CHANGING.flatMap((action) => callsOf(cloud, action)).length

/** A service of the cluster `production`. */
export async function serviceIn({ ecs }: Pick<EcsCloud, 'ecs'>, name = 'web') {
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster: 'production', services: [name] }))
  return services?.[0]
}

/** The revision that a service runs or rolls out, such as `web:2`. */
export const revisionIn = async (cloud: Pick<EcsCloud, 'ecs'>, name = 'web'): Promise<string> =>
  revisionName((await serviceIn(cloud, name))?.taskDefinition)

/** `web:2` of a task definition's ARN. */
export const revisionName = (arn: unknown): string => String(arn).replace(/^.*\//, '')

export const taskDefinitionIn = async ({ ecs }: Pick<EcsCloud, 'ecs'>, taskDefinition: string) =>
  (await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition

/** Registers a task definition with members that the SDK does not know, and would not send. */
export async function registerWithUnknown({ ecs }: Pick<EcsCloud, 'ecs'>, request: object): Promise<void> {
  const command = new RegisterTaskDefinitionCommand(request as RegisterTaskDefinitionRequest)
  command.middlewareStack.add(
    (next) => (args) => {
      ;(args.request as { body?: unknown }).body = JSON.stringify(request)
      return next(args)
    },
    { step: 'build', priority: 'high' },
  )
  await ecs.send(command)
}

/** Path of a new file with this task definition. */
export function taskDefinitionFile(document: unknown): string {
  const path = join(mkdtempSync(join(tmpdir(), 'task-definition-')), 'td.json')
  writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document))
  return path
}
