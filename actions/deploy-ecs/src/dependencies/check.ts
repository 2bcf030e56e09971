import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Log } from '../../../../toolkit/log.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import type { Dependency, Location, Reference } from './collect.ts'
import { lookUpLogGroup } from './log-group.ts'
import { type Lookup, missing, unknown } from './lookup.ts'

/** What was made a moment ago, by Terraform say, AWS may not show everywhere at once. */
const LOOKS = 3
const BETWEEN_LOOKS_MS = 5_000
const AT_ONCE = 8

/**
 * Looks for all that the tasks need, each thing once, whoever needs it.
 * @throws SlipwayError that names each thing that is certainly not there, who needs it, and what to do.
 */
export async function checkDependencies(
  aws: AwsCalls,
  log: Log,
  needs: readonly Reference[],
  place: Location,
): Promise<void> {
  const distinct = Map.groupBy(needs, ({ thing }) => JSON.stringify(thing))
  const things = [...distinct.values()].flatMap(([first]) => first?.thing ?? [])
  const findings = await lookAgain(aws, await lookForAll(aws, things, place.account), place.account)
  tellUnseen(log, findings)
  const problems = [...findings].flatMap(([thing, finding]) =>
    finding.is === 'wrong'
      ? (distinct.get(JSON.stringify(thing)) ?? []).map(
          ({ by }) => `${capital(by)}: ${thing.kind} \`${thing.name}\` ${finding.problem}. ${finding.fix}.`,
        )
      : [],
  )
  if (problems.length === 0) return
  throw new SlipwayError([...new Set(problems)].join('\n'), {
    hint: 'Nothing was changed: ECS could have started none of these tasks. What Terraform makes has to be applied first.',
  })
}

async function lookAgain(
  aws: AwsCalls,
  first: ReadonlyMap<Dependency, Lookup>,
  account: string,
): Promise<ReadonlyMap<Dependency, Lookup>> {
  const findings = new Map(first)
  for (let look = 2; look <= LOOKS; look++) {
    const gone = [...findings].flatMap(([thing, { is }]) => (is === 'wrong' ? [thing] : []))
    if (gone.length === 0) break
    await aws.clock.sleep(BETWEEN_LOOKS_MS, aws.signal)
    for (const [thing, finding] of await lookForAll(aws, gone, account)) findings.set(thing, finding)
  }
  return findings
}

// The SDK's clients of IAM, SSM and Secrets Manager are 250 KB, by which every start of this action would take a quarter
// longer (172 ms of processor time, not 135): they are loaded where a task definition needs them. A signed call of our own
// would be smaller, and would have to know the endpoints of every partition, FIPS and dual stack.
async function lookForAll(
  aws: AwsCalls,
  things: readonly Dependency[],
  account: string,
): Promise<ReadonlyMap<Dependency, Lookup>> {
  const parameters = things.filter((thing) => thing.kind === 'parameter').filter((thing) => thing.account === account)
  const others = things.filter((thing) => thing.kind !== 'parameter' || thing.account !== account)
  const [ofParameters, ofOthers] = await Promise.all([
    parameters.length === 0 ? [] : import('./parameters.ts').then((module) => module.lookUpParameters(aws, parameters)),
    inParallel(others, AT_ONCE, async (thing) => [thing, await lookForOne(aws, thing, account)] as const),
  ])
  return new Map<Dependency, Lookup>([...ofOthers, ...ofParameters])
}

async function lookForOne(aws: AwsCalls, thing: Dependency, account: string): Promise<Lookup> {
  if (thing.account !== account) return unknown(`of account ${thing.account}, which these credentials are not of`)
  switch (thing.kind) {
    case 'role':
      return (await import('./role.ts')).lookUpRole(aws, thing)
    case 'secret':
      return (await import('./secret.ts')).lookUpSecret(aws, thing)
    case 'log group':
      return lookUpLogGroup(aws, thing)
    default:
      return missing(
        'is neither a secret of Secrets Manager nor a parameter of the parameter store',
        'Write the ARN of one',
      )
  }
}

/** One line for each reason, however many things it is about. */
function tellUnseen(log: Log, findings: ReadonlyMap<Dependency, Lookup>): void {
  const reasons = Map.groupBy(findings, ([, finding]) => (finding.is === 'unseen' ? finding.why : undefined))
  for (const [why, members] of reasons) {
    if (why === undefined) continue
    log.info(`Not looked for: ${members.map(([{ kind, name }]) => `${kind} \`${name}\``).join(', ')} (${why}).`)
  }
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
