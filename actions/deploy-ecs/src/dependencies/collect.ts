// What a task definition references: roles, secrets, parameters and log groups. ECS registers a task definition even if one of
// them does not exist, and then cannot start any of its tasks. Pure.
import type { ContainerDefinition, Secret } from '@aws-sdk/client-ecs'
import { formatArn, parseArn, resourceName } from '../../../../toolkit/aws/arn.ts'
import type { Registration } from '../task-definition/registration.ts'

/** Account and region of the deploy. Names that are no ARN refer to these. */
export interface Location {
  readonly account: string
  readonly region: string
}

/** A resource outside of ECS that tasks need. */
export type Dependency = Location &
  (
    | { readonly kind: 'role'; readonly name: string; readonly arn?: string }
    /** A secret of Secrets Manager, by name or ARN. `stage`: the staging label of the version that tasks get. */
    | { readonly kind: 'secret'; readonly name: string; readonly stage?: string }
    /** A parameter of the parameter store. `names`: all names that it can have. */
    | { readonly kind: 'parameter'; readonly name: string; readonly names: readonly string[] }
    | { readonly kind: 'log group'; readonly name: string }
    /** A value that ECS does not accept as a secret. */
    | { readonly kind: 'value'; readonly name: string }
  )

/** A dependency, and which member of which task definition references it. */
export interface Reference {
  readonly dependency: Dependency
  readonly by: string
}

/** The dependencies of a task definition: what must exist before its tasks can start. */
export function collectDependencies(registration: Registration, place: Location): readonly Reference[] {
  const { family, taskRoleArn, executionRoleArn, containerDefinitions } = registration
  const roles = Object.entries({ taskRoleArn, executionRoleArn }).flatMap(([member, role]) =>
    role ? [{ dependency: roleOf(role, place), by: `task definition \`${family}\`, \`${member}\`` }] : [],
  )
  return [...roles, ...containerDefinitions.flatMap((container) => collectFromContainer(container, family, place))]
}

function collectFromContainer(container: ContainerDefinition, family: string, place: Location): readonly Reference[] {
  const { name, secrets = [], repositoryCredentials, logConfiguration } = container
  const at = (member: string) => `task definition \`${family}\`, container \`${name}\`, \`${member}\``
  const ofSecrets = (list: readonly Secret[], member: string) =>
    list.flatMap(({ name: variable, valueFrom }) =>
      valueFrom ? [{ dependency: secretOf(valueFrom, place), by: `${at(member)} \`${variable}\`` }] : [],
    )
  const credentials = repositoryCredentials?.credentialsParameter
  const group = logGroupOf(container, place)
  return [
    ...ofSecrets(secrets, 'secrets'),
    ...(credentials ? [{ dependency: registrySecretOf(credentials, place), by: at('repositoryCredentials') }] : []),
    ...(group === undefined ? [] : [{ dependency: group, by: at('awslogs-group') }]),
    ...ofSecrets(logConfiguration?.secretOptions ?? [], 'secretOptions'),
  ]
}

/** A role, by its ARN or its name. The path of the ARN is no part of the name. */
function roleOf(role: string, { account, region }: Location): Dependency {
  const arn = parseArn(role)
  if (arn?.service !== 'iam' || arn.accountId === '' || !arn.resource.startsWith('role/')) {
    return { kind: 'role', name: role, account, region }
  }
  return { kind: 'role', name: resourceName(role), arn: role, account: arn.accountId, region }
}

/** `valueFrom`: an ARN of Secrets Manager, perhaps with `:json-key:stage:version-id`; else a parameter, by ARN or name. */
function secretOf(valueFrom: string, place: Location): Dependency {
  const arn = parseArn(valueFrom)
  const { service = '', region = '', accountId: account = '', resource = '' } = arn ?? {}
  const [type = '', id = '', , stage = '', version = ''] = resource.split(':')
  const parts = resource.split(':').length
  if (arn !== undefined && service === 'secretsmanager' && type === 'secret' && (parts === 2 || parts === 5)) {
    // A version id needs no stage.
    const wanted = stage || (version === '' ? 'AWSCURRENT' : undefined)
    const name = formatArn({ ...arn, resource: `secret:${id}` })
    return { kind: 'secret', name, region, account, ...(wanted === undefined ? {} : { stage: wanted }) }
  }
  if (service === 'ssm' && resource.startsWith('parameter/')) {
    const name = withoutSelector(resource.slice('parameter/'.length))
    // The ARN of `/token` is that of `token`; a name with a slash in it always begins with one, too.
    const names = name.includes('/') ? [`/${name}`] : [name, `/${name}`]
    return { kind: 'parameter', name: `/${name}`, names, region, account }
  }
  if (valueFrom.startsWith('arn:')) return { kind: 'value', name: valueFrom, ...place }
  const name = withoutSelector(valueFrom)
  return { kind: 'parameter', name, names: [name], ...place }
}

/** A parameter's name has no colon; what follows one is a version or a label. */
const withoutSelector = (name: string) => name.replace(/:.*$/, '')

/** The credentials of a registry are always a secret of Secrets Manager. */
function registrySecretOf(credentials: string, place: Location): Dependency {
  const dependency = secretOf(credentials, place)
  return dependency.kind === 'secret' || credentials.startsWith('arn:')
    ? dependency
    : { kind: 'secret', name: credentials, stage: 'AWSCURRENT', ...place }
}

function logGroupOf({ logConfiguration }: ContainerDefinition, { account, region }: Location): Dependency | undefined {
  const { logDriver, options = {} } = logConfiguration ?? {}
  const name = options['awslogs-group']
  if (logDriver !== 'awslogs' || name === undefined || options['awslogs-create-group'] === 'true') return undefined
  return { kind: 'log group', name, account, region: options['awslogs-region'] ?? region }
}
