import { SlipwayError } from '../../../toolkit/errors.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { exportRegion, exportSession } from './exported.ts'
import { type Inputs, readInputs } from './inputs/inputs.ts'
import { maskAccounts } from './mask-accounts.ts'
import { treatProfile } from './profile.ts'
import type { Runner } from './runner.ts'
import { assumeRole } from './sts/assume.ts'
import type { Keys } from './sts/client.ts'
import { existingCredentials } from './sts/existing.ts'
import { type Identity, whoAmI } from './sts/identity.ts'

/** State for the post step: whether there is something to clear. */
export const EXPORTED = 'exported'

/** Assumes the role, checks that the credentials are those of its account, and only then exports them. */
export const main = (world: World, runner: Runner): Promise<void> =>
  maskAccounts(world, (masked) => act(masked, runner))

async function act(world: World, runner: Runner): Promise<void> {
  const { env, log, step } = world
  const inputs = readInputs(env)
  const existing = inputs.useExisting ? await existingCredentials(inputs, world) : undefined
  if (existing !== undefined) {
    const { keys, identity } = existing
    maskKeys(keys, world)
    if (inputs.exportCredentials) {
      exportRegion(inputs.region, runner)
      treatProfile(inputs.clearProfile, world, runner)
    }
    setOutputs(keys, identity, inputs, world)
    log.info(`Kept the credentials of the environment: ${identity.arn}.`)
    return
  }
  const session = await assumeRole(inputs, world, runner.idToken)
  maskKeys(session, world)
  const identity = await whoAmI(session, inputs, world)
  checkIdentity(identity, inputs)

  if (inputs.exportCredentials) {
    step.saveState(EXPORTED, 'true')
    exportSession(session, inputs.region, runner)
    treatProfile(inputs.clearProfile, world, runner)
  }
  setOutputs(session, identity, inputs, world)
  for (const name of ['expiration', 'aws-expiration']) step.output(name, session.expiration.toISOString())
  log.info(`Assumed ${identity.arn} in ${inputs.region}, valid until ${session.expiration.toISOString()}.`)
}

/** Refuses credentials of another account, which a wrong endpoint or proxy may have answered. */
function checkIdentity({ account, arn }: Identity, { role }: Inputs): void {
  if (account === role.account) return
  throw new SlipwayError(`The credentials belong to \`${arn}\`, and not to account ${role.account}.`, {
    hint: 'Check AWS_ENDPOINT_URL and the proxy of this runner. No credentials were exported.',
  })
}

function maskKeys({ accessKeyId, secretAccessKey, sessionToken }: Keys, { log }: World): void {
  for (const secret of [accessKeyId, secretAccessKey, sessionToken]) if (secret !== undefined) log.mask(secret)
}

function setOutputs(keys: Keys, { account, arn }: Identity, inputs: Inputs, { step }: World): void {
  step.output('aws-account-id', account)
  step.output('authenticated-arn', arn)
  if (!inputs.outputCredentials) return
  step.output('aws-access-key-id', keys.accessKeyId)
  step.output('aws-secret-access-key', keys.secretAccessKey)
  step.output('aws-session-token', keys.sessionToken ?? '')
}
