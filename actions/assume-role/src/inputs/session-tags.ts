import type { Environment } from '../../../../toolkit/runtime.ts'
import { cut } from '../../../../toolkit/text/cut.ts'
import { STS_LIMITS } from './sts-limits.ts'

export interface SessionTag {
  readonly Key: string
  readonly Value: string
}

// Keys, values and order are those of aws-actions/configure-aws-credentials (src/assumeRole.ts of version 6.2.3), so that policies
// written for it hold here too.

/** Tags that are always sent, each with the variable of its value. */
const ALWAYS: Readonly<Record<string, string>> = {
  Repository: 'GITHUB_REPOSITORY',
  Workflow: 'GITHUB_WORKFLOW',
  Action: 'GITHUB_ACTION',
  Actor: 'GITHUB_ACTOR',
  Commit: 'GITHUB_SHA',
  Branch: 'GITHUB_REF',
}
/** Tags that are left out where AWS has no room for all. */
const WHERE_ROOM: Readonly<Record<string, string>> = {
  EventName: 'GITHUB_EVENT_NAME',
  BaseRef: 'GITHUB_BASE_REF',
  HeadRef: 'GITHUB_HEAD_REF',
  RunId: 'GITHUB_RUN_ID',
  Job: 'GITHUB_JOB',
  TriggeringActor: 'GITHUB_TRIGGERING_ACTOR',
}

/** The keys that this action sets. */
export const SESSION_TAG_KEYS: readonly string[] = ['GitHub', ...Object.keys(ALWAYS), ...Object.keys(WHERE_ROOM)]

/** Session tags from the run, for IAM policies and CloudTrail. What the run does not have, such as `HeadRef` of a push, has no tag. */
export function sessionTags(env: Environment): readonly SessionTag[] {
  const tags = Object.entries({ ...ALWAYS, ...WHERE_ROOM }).flatMap(([Key, variable]) => {
    const value = env[variable]
    return value ? [{ Key, Value: asTagValue(value) }] : []
  })
  return [{ Key: 'GitHub', Value: 'Actions' }, ...tags]
}

/** The tags without those that may be left out, unless they are transitive. */
export const withoutDroppable = (tags: readonly SessionTag[], transitive: readonly string[]): readonly SessionTag[] =>
  tags.filter(({ Key }) => !Object.hasOwn(WHERE_ROOM, Key) || transitive.includes(Key))

/** Replaces characters that STS refuses: `dependabot[bot]` becomes `dependabot_bot_`. */
const asTagValue = (value: string) => {
  const { character, max } = STS_LIMITS.tagValue
  return cut([...value].map((one) => (character.test(one) ? one : '_')).join(''), max)
}
