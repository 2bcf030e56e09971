import { hostname } from 'node:os'
import { InputError, SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { connect, githubError } from '../github/github.ts'
import { LOCK, readLock } from '../lock/lock.ts'
import { describeHolder, type Holder, readHolder } from '../lock/lock-holder.ts'
import type { Stack } from '../state/stack.ts'
import { requireSupportedSettings } from '../state/unsupported-settings.ts'
import { identify } from '../terraform/process-identity.ts'

/**
 * Removes a lock that a run has not released: only the lock in `lock-id`, and only once that run is over.
 * @throws SlipwayError when that cannot be verified.
 */
export async function unlock({ world, inputs, tf, backend, store }: Stack): Promise<void> {
  const { lockId } = inputs
  if (lockId === undefined) {
    throw new InputError('lock-id', 'is missing.', {
      hint: 'Set it to the ID in the error about the lock, so that no other lock is removed.',
    })
  }
  const byHand = `Make sure that no Terraform is running, then run \`terraform force-unlock ${lockId}\`.`
  if (store === undefined) {
    throw new SlipwayError('`command: unlock` supports only the S3 backend.', { hint: byHand })
  }
  if (backend.config['use_lockfile'] !== true) {
    throw new SlipwayError(
      `The locks of ${store.address()} are in the DynamoDB table ${backend.config['dynamodb_table']}, which \`command: unlock\` does not read.`,
      {
        hint: `Nothing was changed. ${byHand} With \`use_lockfile = true\` in the backend block, this action shows who holds a lock, and removes it.`,
      },
    )
  }
  requireSupportedSettings('unlock', backend, world.env, byHand)
  const lock = await readLock(store)
  if (lock === undefined) {
    world.log.notice(`${store.address()} is not locked; there is nothing to do.`)
    return
  }
  const holder = await readHolder(store, lock.ID)
  if (lock.ID !== lockId) {
    throw new InputError('lock-id', `is ${lockId}, and the state is now locked by ${lock.ID}.`, {
      hint: `Another run is at work: ${describeHolder(lock, holder, world.clock.now())}.`,
    })
  }
  if (holder === undefined) {
    throw new SlipwayError(
      `No workflow run has recorded that it holds lock ${lock.ID}: ${describeHolder(lock, holder, world.clock.now())}.`,
      {
        hint: `It may be held by someone's own machine. Ask its user, then run \`terraform force-unlock ${lock.ID}\`.`,
      },
    )
  }
  requireProcessEnded(holder)
  await requireRunOver(world, holder, inputs.github.token)
  const { code, stderr } = await tf.exec(['force-unlock', '-force', lock.ID])
  if (code !== 0) {
    throw new SlipwayError(`${tf.product} did not remove lock ${lock.ID}: ${stderr.trim()}`, {
      hint: `Check that the role may delete ${store.address(LOCK)}, and that the lock is still this one; then run the step again.`,
    })
  }
  world.log.notice(`Removed lock ${lock.ID}, which ${holder.runUrl} had not released.`)
}

/** Terraform outlives its run when the runner was killed and the machine was not. */
function requireProcessEnded({ process: holding, runUrl, lockId }: Holder): void {
  if (holding === undefined) return
  const { host, pid, runner } = holding
  if (host !== hostname()) {
    if (runner !== 'self-hosted') return
    throw new SlipwayError(
      `The lock was acquired on ${host}, a self-hosted runner. Whether its Terraform has ended cannot be checked from this machine.`,
      {
        hint: `Run this step on that machine. Or check there whether process ${pid} is still a Terraform, and if not, run \`terraform force-unlock ${lockId}\`.`,
      },
    )
  }
  if (identify(pid) !== holding.identity) return
  throw new SlipwayError(`The Terraform of ${runUrl} is still running on this machine, as process ${pid}.`, {
    hint: `Let it finish: it releases the lock itself. To stop it early, send it SIGINT once: \`kill -INT ${pid}\`.`,
  })
}

async function requireRunOver({ env }: World, holder: Holder, token: string): Promise<void> {
  const { repository, runId, attempt, runUrl } = holder
  const { rest } = await connect(token, { ...env, GITHUB_REPOSITORY: repository })
  const [owner = '', repo = ''] = repository.split('/')
  const { data } = await rest.rest.actions
    .getWorkflowRunAttempt({ owner, repo, run_id: Number(runId), attempt_number: Number(attempt) })
    .catch((error) => {
      throw githubError(error, `find out whether ${runUrl} is over`, 'actions: read')
    })
  if (data.status !== 'completed') {
    throw new SlipwayError(`The run that holds the lock is not over: ${runUrl} is ${data.status}.`, {
      hint: 'Cancel it, or let it finish: either way it releases the lock itself.',
    })
  }
}
