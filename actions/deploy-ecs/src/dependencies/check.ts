import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Log } from '../../../../toolkit/log.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import { capitalize } from '../../../../toolkit/text/capitalize.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import type { Context } from '../inputs/context.ts'
import type { Dependency, Location, Reference } from './collect.ts'
import { lookUpLogGroup } from './log-group.ts'
import { type Lookup, missing, unknown } from './lookup.ts'

/** AWS may show a resource late that was just created, for example by Terraform. */
const LOOKS = 3
const BETWEEN_LOOKS_MS = 5_000
const AT_ONCE = 8

/**
 * Checks that each dependency exists. A dependency with several references is looked up once.
 * @throws SlipwayError with one line for each reference of a dependency that is missing: where it is, what is wrong, the fix.
 */
export async function checkDependencies(
  { aws, log }: Pick<Context, 'aws' | 'log'>,
  references: readonly Reference[],
  place: Location,
): Promise<void> {
  const distinct = Map.groupBy(references, ({ dependency }) => JSON.stringify(dependency))
  const dependencies = [...distinct.values()].flatMap(([first]) => first?.dependency ?? [])
  const lookups = await retryMissing(aws, await lookForAll(aws, dependencies, place.account), place.account)
  logUnknown(log, lookups)
  const problems = [...lookups].flatMap(([dependency, lookup]) =>
    lookup.kind === 'missing'
      ? (distinct.get(JSON.stringify(dependency)) ?? []).map(
          ({ by }) => `${capitalize(by)}: ${dependency.kind} \`${dependency.name}\` ${lookup.problem}. ${lookup.fix}.`,
        )
      : [],
  )
  if (problems.length === 0) return
  throw new SlipwayError([...new Set(problems)].join('\n'), {
    hint: 'Nothing was changed: ECS could not have started these tasks. Apply the Terraform that creates these resources first.',
  })
}

async function retryMissing(
  aws: AwsCalls,
  first: ReadonlyMap<Dependency, Lookup>,
  account: string,
): Promise<ReadonlyMap<Dependency, Lookup>> {
  const lookups = new Map(first)
  for (let look = 2; look <= LOOKS; look++) {
    const gone = [...lookups].flatMap(([dependency, { kind }]) => (kind === 'missing' ? [dependency] : []))
    if (gone.length === 0) break
    await aws.clock.sleep(BETWEEN_LOOKS_MS, aws.signal)
    for (const [dependency, lookup] of await lookForAll(aws, gone, account)) lookups.set(dependency, lookup)
  }
  return lookups
}

// The SDK's clients of IAM, SSM and Secrets Manager (250 KB) are loaded only for a task definition that needs them: loaded always,
// they would make every start of this action a quarter longer (172 ms of processor time instead of 135). A signed call of our own
// would be smaller, but would have to know the endpoints of every partition, FIPS and dual stack.
async function lookForAll(
  aws: AwsCalls,
  dependencies: readonly Dependency[],
  account: string,
): Promise<ReadonlyMap<Dependency, Lookup>> {
  const parameters = dependencies
    .filter((dependency) => dependency.kind === 'parameter')
    .filter((dependency) => dependency.account === account)
  const others = dependencies.filter((dependency) => dependency.kind !== 'parameter' || dependency.account !== account)
  const [ofParameters, ofOthers] = await Promise.all([
    parameters.length === 0 ? [] : import('./parameters.ts').then((module) => module.lookUpParameters(aws, parameters)),
    inParallel(
      others,
      AT_ONCE,
      async (dependency) => [dependency, await lookForOne(aws, dependency, account)] as const,
    ),
  ])
  return new Map<Dependency, Lookup>([...ofOthers, ...ofParameters])
}

async function lookForOne(aws: AwsCalls, dependency: Dependency, account: string): Promise<Lookup> {
  if (dependency.account !== account)
    return unknown(`it is in account ${dependency.account}, and the credentials are of another account`)
  switch (dependency.kind) {
    case 'role':
      return (await import('./role.ts')).lookUpRole(aws, dependency)
    case 'secret':
      return (await import('./secret.ts')).lookUpSecret(aws, dependency)
    case 'log group':
      return lookUpLogGroup(aws, dependency)
    default:
      return missing(
        'is neither a secret of Secrets Manager nor a parameter of the parameter store',
        'Write the ARN of one',
      )
  }
}

/** Logs the dependencies that could not be checked, one line for each reason. */
function logUnknown(log: Log, lookups: ReadonlyMap<Dependency, Lookup>): void {
  const reasons = Map.groupBy(lookups, ([, lookup]) => (lookup.kind === 'unknown' ? lookup.why : undefined))
  for (const [why, members] of reasons) {
    if (why === undefined) continue
    log.info(`Not checked: ${members.map(([{ kind, name }]) => `${kind} \`${name}\``).join(', ')} (${why}).`)
  }
}
