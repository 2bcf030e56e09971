import { hostname } from 'node:os'
import { InputError, SlipwayError } from '../../../../toolkit/errors.ts'
import { connect, githubError } from '../github/github.ts'
import { describeHolder, type Holder, LOCK, readHolder, readLock } from '../lock/lock.ts'
import type { Run } from '../state/stack.ts'
import { requireKnownSettings } from '../state/unsupported-settings.ts'
import { identify } from '../terraform/process-identity.ts'

/** Removes a lock that a run left behind: only this lock, and only when that run is over. */
export async function unlock({ inputs, tf, backend, store, world }: Run): Promise<void> {
  const { lockId } = inputs
  if (lockId === undefined) {
    throw new InputError('lock-id', 'is missing.', {
      hint: 'Set it to the id that the error about the lock names, so that no other lock is removed.',
    })
  }
  if (store === undefined) {
    throw new SlipwayError('`command: unlock` knows the locks of the S3 backend only.', {
      hint: `Check by hand that nobody is at work, then run \`terraform force-unlock ${lockId}\`.`,
    })
  }
  if (backend.config['use_lockfile'] !== true) {
    throw new SlipwayError(
      `The locks of ${store.address()} are in the DynamoDB table ${backend.config['dynamodb_table']}, which \`command: unlock\` does not read.`,
      {
        hint: `Nothing was changed. Check by hand that nobody is at work, then run \`terraform force-unlock ${lockId}\`. With \`use_lockfile = true\` in the backend block, this action tells who holds a lock, and removes it.`,
      },
    )
  }
  const byHand = `Check by hand that nobody is at work, then run \`terraform force-unlock ${lockId}\`.`
  requireKnownSettings('unlock', backend, world.env, byHand)
  const lock = await readLock(store)
  if (lock === undefined) {
    world.log.notice(`${store.address()} is not locked; there is nothing to do.`)
    return
  }
  if (lock.ID !== lockId) {
    throw new InputError('lock-id', `is ${lockId}, and the state is locked by ${lock.ID} now.`, {
      hint: `Somebody else is at work: ${describeHolder(lock, await readHolder(store, lock.ID), world.clock.now())}.`,
    })
  }
  const holder = await readHolder(store, lock.ID)
  if (holder === undefined) {
    throw new SlipwayError(
      `No workflow run says that it holds lock ${lock.ID}: ${describeHolder(lock, holder, world.clock.now())}.`,
      {
        hint: `It may be somebody's own machine. Ask there, then run \`terraform force-unlock ${lock.ID}\` by hand.`,
      },
    )
  }
  requireEnded(holder)
  await requireOver(holder, inputs.github.token, world.env)
  const { code, stderr } = await tf.query(['force-unlock', '-force', lock.ID])
  if (code !== 0) {
    throw new SlipwayError(`${tf.product} did not remove lock ${lock.ID}: ${stderr.trim()}`, {
      hint: `Check that the role may delete ${store.address(LOCK)}, and that the lock is still this one; then run the step again.`,
    })
  }
  world.log.notice(`Removed lock ${lock.ID}, which ${holder.runUrl} had left behind.`)
}

/** A Terraform outlives its run where the runner was killed and the machine was not. */
function requireEnded({ process: holding, runUrl, lockId }: Holder): void {
  if (holding === undefined) return
  const { host, pid, runner } = holding
  if (host !== hostname()) {
    if (runner !== 'self-hosted') return
    throw new SlipwayError(
      `The lock was taken on ${host}, a runner of your own, and from here nobody can tell whether its Terraform has ended.`,
      {
        hint: `Run this step on that machine; or see there whether process ${pid} is a Terraform still, and if not, run \`terraform force-unlock ${lockId}\` by hand.`,
      },
    )
  }
  if (identify(pid) !== holding.identity) return
  throw new SlipwayError(`The Terraform of ${runUrl} is still at work on this machine, as process ${pid}.`, {
    hint: `Let it finish: it releases the lock by itself. To have it stop early, send it one gentle signal: \`kill -INT ${pid}\`.`,
  })
}

async function requireOver(holder: Holder, token: string, env: Run['world']['env']): Promise<void> {
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
      hint: 'Cancel it, or let it finish: either way it releases the lock by itself.',
    })
  }
}
