// https://docs.aws.amazon.com/service-authorization/latest/reference/list_ecs.html
import type { AccessRequest } from '../iam/decide.ts'
import { formatArn, parseArn } from '../kernel/arn.ts'
import type { Members } from '../kernel/call.ts'
import { type AccessTable, type Asked, list, on, requestTags, text, texts } from './access.ts'

const TASKS = 'ecs-tasks.amazonaws.com'
const ECS = 'ecs.amazonaws.com'

export const ECS_ACCESS: AccessTable = {
  DescribeServices: (asked) => onServices('ecs:DescribeServices', asked, texts(asked.input, 'services')),
  ListServiceDeployments: (asked) => onServices('ecs:ListServiceDeployments', asked, [text(asked.input, 'service')]),
  UpdateService: (asked) => [
    ...onServices('ecs:UpdateService', asked, [text(asked.input, 'service')]),
    ...passRoles(infrastructureRoles(asked.input), ECS),
  ],
  DescribeServiceDeployments: ({ input }) =>
    onParts('ecs:DescribeServiceDeployments', texts(input, 'serviceDeploymentArns')),
  DescribeServiceRevisions: ({ input }) => onParts('ecs:DescribeServiceRevisions', texts(input, 'serviceRevisionArns')),
  StopServiceDeployment: ({ input }) => onParts('ecs:StopServiceDeployment', [text(input, 'serviceDeploymentArn')]),

  ListTasks: (asked) => on('ecs:ListTasks', [inCluster(asked, 'container-instance', '*')], clusterKey(asked)),
  DescribeTasks: (asked) => onMembers('ecs:DescribeTasks', asked, 'task', texts(asked.input, 'tasks')),
  StopTask: (asked) => onMembers('ecs:StopTask', asked, 'task', [text(asked.input, 'task')]),
  DescribeContainerInstances: (asked) =>
    onMembers('ecs:DescribeContainerInstances', asked, 'container-instance', texts(asked.input, 'containerInstances')),
  RunTask: (asked) => {
    const { input, facts } = asked
    const overrides = (input['overrides'] ?? {}) as Members
    const roles = [text(overrides, 'taskRoleArn'), text(overrides, 'executionRoleArn')].filter((role) => role !== '')
    const tagged = list(input, 'tags').length > 0 || Boolean(input['propagateTags'] ?? input['enableECSManagedTags'])
    return [
      ...on('ecs:RunTask', [taskDefinitionArn(asked, text(input, 'taskDefinition'))], clusterKey(asked)),
      ...passRoles([...facts.rolesOf(text(input, 'taskDefinition')), ...roles], TASKS),
      ...passRoles(infrastructureRoles(input), ECS),
      ...(tagged ? tagging(asked, 'RunTask', inCluster(asked, 'task', '*')) : []),
    ]
  },

  DescribeTaskDefinition: () => on('ecs:DescribeTaskDefinition', '*'),
  RegisterTaskDefinition: (asked) => {
    const { input } = asked
    const arn = taskDefinitionArn(asked, text(input, 'family'))
    return [
      ...on('ecs:RegisterTaskDefinition', [arn], requestTags(list(input, 'tags'))),
      ...passRoles([text(input, 'taskRoleArn'), text(input, 'executionRoleArn')], TASKS),
      ...(list(input, 'tags').length > 0 ? tagging(asked, 'RegisterTaskDefinition', arn) : []),
    ]
  },
}

const clusterName = ({ input }: Asked) => (text(input, 'cluster') || 'default').replace(/^arn:.*:cluster\//, '')

const clusterKey = (asked: Asked) => ({ 'ecs:cluster': formatArn('ecs', asked.scope, `cluster/${clusterName(asked)}`) })

const inCluster = (asked: Asked, kind: string, id: string) =>
  id.startsWith('arn:') ? id : formatArn('ecs', asked.scope, `${kind}/${clusterName(asked)}/${id}`)

const onServices = (action: string, asked: Asked, services: readonly string[]) =>
  onMembers(action, asked, 'service', services)

const onMembers = (action: string, asked: Asked, kind: string, ids: readonly string[]) =>
  on(
    action,
    ids.map((id) => inCluster(asked, kind, id)),
    clusterKey(asked),
  )

/** Deployments and revisions of a service need the permission on the service, too. */
function onParts(action: string, arns: readonly string[]): readonly AccessRequest[] {
  return arns.flatMap((arn) => {
    const { region = '', account = '', resource = '' } = parseArn(arn) ?? {}
    const [, cluster, service] = resource.split('/')
    const of = (name: string) => formatArn('ecs', { region, account }, name)
    const serviceArn = of(`service/${cluster}/${service}`)
    const context = { 'ecs:cluster': of(`cluster/${cluster}`) }
    return [...on(action, [serviceArn], context), ...on(action, [arn], { ...context, 'ecs:service': serviceArn })]
  })
}

/** The revision that is meant, or any: AWS decides about a family before it numbers the revision. */
function taskDefinitionArn({ scope }: Asked, name: string): string {
  if (name.startsWith('arn:')) return name
  return formatArn('ecs', scope, `task-definition/${name.includes(':') ? name : `${name}:*`}`)
}

const tagging = ({ input }: Asked, CreateAction: string, resource: string) =>
  on('ecs:TagResource', [resource], { 'ecs:CreateAction': CreateAction, ...requestTags(list(input, 'tags')) })

const passRoles = (roles: readonly string[], service: string) =>
  on(
    'iam:PassRole',
    roles.filter((role) => role !== ''),
    { 'iam:PassedToService': service },
  )

/** Roles that ECS itself gets, for volumes, load balancers, hooks and certificates: each `roleArn` in the settings. */
function infrastructureRoles(settings: unknown): readonly string[] {
  if (typeof settings !== 'object' || settings === null) return []
  return Object.entries(settings).flatMap(([name, value]) =>
    name === 'roleArn' && typeof value === 'string' ? [value] : infrastructureRoles(value),
  )
}
