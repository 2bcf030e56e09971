import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, type STSClient } from '@aws-sdk/client-sts'
import { errorMessage, SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { sentence } from '../../../../toolkit/text/sentence.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { type SessionTag, sessionTags, withoutDroppable } from '../inputs/session-tags.ts'
import { callSts } from './attempts.ts'
import { type Session, stsClient } from './client.ts'
import { hintFor } from './hints.ts'
import { errorCode } from './sts-error.ts'
import { readTokenFile } from './token-file.ts'

/** Gets the job's OpenID Connect token for an audience. */
export type JobToken = (audience: string) => Promise<string>

/** Assumes the role with an OpenID Connect token, or with the credentials in the environment. */
export async function assumeRole(inputs: Inputs, world: World, jobToken: JobToken): Promise<Session> {
  const sts = stsClient(inputs, world.env)
  try {
    const credentials = await (inputs.method === 'web-identity'
      ? withToken(inputs, world, sts, jobToken)
      : withKeys(inputs, world, sts))
    return sessionOf(credentials, doing(inputs))
  } finally {
    sts.destroy()
  }
}

const doing = ({ role }: Inputs) => `assume the role \`${role.arn}\``

/** A token that has expired is replaced once: that of a job lasts five minutes, and a file may have been renewed. */
async function withToken(inputs: Inputs, world: World, sts: STSClient, jobToken: JobToken) {
  const { log, signal } = world
  const fetch = async () => {
    const token = inputs.tokenFile === undefined ? await jobToken(inputs.audience) : readTokenFile(inputs.tokenFile)
    log.mask(token)
    return token
  }
  let token = await fetch()
  let isFirst = true
  const task = async () => {
    const command = new AssumeRoleWithWebIdentityCommand({ ...request(inputs), WebIdentityToken: token })
    return (await sts.send(command, { abortSignal: signal })).Credentials
  }
  const renew = async (error: unknown) => {
    if (!isFirst || errorCode(error) !== 'ExpiredToken') throw error
    isFirst = false
    token = await fetch()
    return task()
  }
  const hint = (error: unknown) => hintFor(error, inputs, token)
  return callSts({ doing: doing(inputs), task: () => task().catch(renew), hint }, world)
}

/** Temporary keys of an earlier step may be so new that AWS does not know them yet. Long-lived ones are not. */
async function withKeys(inputs: Inputs, world: World, sts: STSClient) {
  const { env, signal, log } = world
  let tags = inputs.tagSession ? [...sessionTags(env), ...inputs.customTags] : []
  const transitive = transitiveKeys(inputs, tags, world)
  const task = async () => {
    const command = new AssumeRoleCommand({
      ...request(inputs),
      ...(inputs.externalId === undefined ? {} : { ExternalId: inputs.externalId }),
      ...(tags.length === 0 ? {} : { Tags: tags }),
      ...(transitive.length === 0 ? {} : { TransitiveTagKeys: transitive }),
    })
    return (await sts.send(command, { abortSignal: signal })).Credentials
  }
  // The size that counts is that of a packed form, with the tags that the session inherits: only AWS knows it.
  const dropTags = async (error: unknown) => {
    const kept = withoutDroppable(tags, transitive)
    if (errorCode(error) !== 'PackedPolicyTooLarge' || kept.length === tags.length) throw error
    const dropped = tags.filter((tag) => !kept.includes(tag)).map(({ Key }) => Key)
    log.warning(
      `AWS has no room for all session tags. The session gets none of ${dropped.join(', ')}. ${sentence(errorMessage(error))}`,
    )
    tags = [...kept]
    return task()
  }
  return callSts(
    {
      doing: doing(inputs),
      task: () => task().catch(dropTags),
      passes: (error) => errorCode(error) === 'InvalidClientTokenId' && !!env['AWS_SESSION_TOKEN'],
      hint: (error) => hintFor(error, inputs, undefined),
    },
    world,
  )
}

/** AWS refuses a transitive key that has no tag. Some tags depend on the event, such as `HeadRef`. */
function transitiveKeys({ transitiveTagKeys }: Inputs, tags: readonly SessionTag[], { log }: World): string[] {
  const isThere = (key: string) => tags.some(({ Key }) => Key === key)
  const missing = transitiveTagKeys.filter((key) => !isThere(key))
  if (missing.length > 0) log.info(`This run has no value for the transitive tags ${missing.join(', ')}.`)
  return transitiveTagKeys.filter(isThere)
}

const request = (inputs: Inputs) => ({
  RoleArn: inputs.role.arn,
  RoleSessionName: inputs.sessionName,
  DurationSeconds: inputs.durationSeconds,
  ...(inputs.inlineSessionPolicy === undefined ? {} : { Policy: inputs.inlineSessionPolicy }),
  ...(inputs.managedSessionPolicies.length === 0
    ? {}
    : { PolicyArns: inputs.managedSessionPolicies.map((arn) => ({ arn })) }),
})

interface RawCredentials {
  readonly AccessKeyId?: string | undefined
  readonly SecretAccessKey?: string | undefined
  readonly SessionToken?: string | undefined
  readonly Expiration?: Date | undefined
}

function sessionOf(credentials: RawCredentials | undefined, doing: string): Session {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials ?? {}
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
    throw new SlipwayError(`Could not ${doing}: AWS answered without credentials.`, {
      hint: 'Something other than AWS may have answered. Check `AWS_ENDPOINT_URL` and the proxy of this runner.',
    })
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  }
}
