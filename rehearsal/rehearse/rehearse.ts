// The deploys of a rehearsal: two to stage, the second under traffic. With --prod a version tag to prod, and with --alarm
// a deploy that triggers a monitor. Checks each against the journal.
import { checkAlarmRollback } from './checks/alarm-rollback.ts'
import { eventOf, failedRequests } from './checks/deploy-outcome.ts'
import { checkNoHealthyTag, healthyTag } from './checks/healthy-tag.ts'
import { checkPromotion } from './checks/promotion.ts'
import { checkRefusedRelease } from './checks/refused-release.ts'
import { sendTraffic, type TrafficCounts } from './deploy/client-traffic.ts'
import { merge, type PushEvent, release } from './deploy/push-events.ts'
import { type Deployed, deploy, type RehearsalSetup, type Run, runPush } from './deploy/run-deploy.ts'
import type { Summary } from './report/summary.ts'
import { environments } from './setup/environments.ts'

import { monitorOf, setUpMonitors } from './setup/monitors.ts'
import { allowPull, type Commit, setVersion } from './setup/source-repository.ts'

/** A run that is expected to fail, and the problems with it. */
interface ExpectedFailure {
  readonly run: Run
  readonly problems: readonly string[]
}

/** The deploys that ran. A rehearsal ends at the first problem. */
interface Deploys {
  readonly first: Deployed
  readonly second?: { readonly deployed: Deployed; readonly version: string; readonly traffic: TrafficCounts }
  /** A version tag of a commit that was never deployed to stage. */
  refused?: ExpectedFailure
  prod?: Deployed
  /** A deploy that triggers a monitor and is rolled back. */
  alarm?: ExpectedFailure
  /** A version tag of the commit that was rolled back. */
  rolledBack?: ExpectedFailure
}

/** Runs all deploys. `start` is the time of `performance.now()` at the start of the rehearsal. */
export async function rehearse(setup: RehearsalSetup, toProd: boolean, start: number): Promise<Summary> {
  return summarize(setup, await runDeploys(setup, toProd), start)
}

async function runDeploys(setup: RehearsalSetup, toProd: boolean): Promise<Deploys> {
  const { source, interrupted } = setup
  if (toProd) allowPull(source, environments.prod.account)
  const first = await deploy(1, 'first', merge(source.commit('First version')), setup)
  if (first.problems.length > 0 || interrupted.aborted) return { first }

  setVersion(source, '1.1.0')
  const commit = source.commit('Second version')
  const { deployed, counts } = await deployUnderTraffic(first.outputs['url'] ?? '', commit, setup)
  const second = { deployed, version: commit.sha, traffic: counts }
  const deploys: Deploys = { first, second }
  const continues = () => problemsOf(deploys).length === 0 && !interrupted.aborted
  if (toProd && continues()) deploys.refused = await releaseUndeployedCommit(deployed, setup)
  if (toProd && continues()) deploys.prod = await promote('v1.2.3', commit, deployed, setup)
  if (setup.watchMonitors && continues()) {
    const alarm = await triggerMonitor(deployed, setup)
    deploys.alarm = alarm
    if (toProd && continues()) deploys.rolledBack = await releaseRolledBackCommit(alarm.commit, deployed, setup)
  }
  return deploys
}

async function deployUnderTraffic(url: string, commit: Commit, setup: RehearsalSetup) {
  const traffic = sendTraffic(url)
  setup.progress.detail = () => {
    const { requests, failed } = traffic.counts()
    return `${requests} requests, ${failed} failed · `
  }
  const deployed = await deploy(2, 'second', merge(commit), setup)
  const counts = await traffic.stop()
  setup.progress.detail = () => ''
  return { deployed, counts }
}

/** Pushes a version tag of the commit that stage runs, which deploys it to prod. */
async function promote(version: string, commit: Commit, stage: Deployed, setup: RehearsalSetup): Promise<Deployed> {
  setup.source.tag(version, commit)
  const prod = await deploy(4, 'prod', release(version, commit, stage.outputs['repository'] ?? ''), setup)
  // The workflow failed before it had an image. Its own problems say why.
  if (prod.image === '') return prod
  const wrong = checkPromotion(
    prod.entries,
    { account: environments.stage.account, image: stage.image },
    { account: environments.prod.account, image: prod.image },
  )
  return { ...prod, problems: [...prod.problems, ...wrong.map((problem) => `prod deploy: ${problem}`)] }
}

/** Pushes a version tag of a commit that was never merged. Prod must refuse it before any change. */
async function releaseUndeployedCommit(stage: Deployed, setup: RehearsalSetup): Promise<ExpectedFailure> {
  const { source } = setup
  setVersion(source, '1.2.0')
  const commit = source.commit('Never on stage')
  source.tag('v1.2.0', commit)
  return refuse(3, 'refused', release('v1.2.0', commit, stage.outputs['repository'] ?? ''), setup)
}

/** Pushes a version tag of the commit that was rolled back on stage. Its image exists, and prod must still refuse it. */
function releaseRolledBackCommit(commit: Commit, stage: Deployed, setup: RehearsalSetup): Promise<ExpectedFailure> {
  setup.source.tag('v1.3.0', commit)
  return refuse(6, 'taken-back', release('v1.3.0', commit, stage.outputs['repository'] ?? ''), setup)
}

async function refuse(number: number, name: string, push: PushEvent, setup: RehearsalSetup): Promise<ExpectedFailure> {
  const run = await runPush(number, name, { ...push, what: `${push.what}, which prod must refuse` }, setup)
  return { run, problems: checkRefusedRelease(run.entries, run.conclusion).map((problem) => `${name} tag: ${problem}`) }
}

/** Deploys a healthy version that triggers a monitor. */
async function triggerMonitor(
  before: Deployed,
  setup: RehearsalSetup,
): Promise<ExpectedFailure & { readonly commit: Commit }> {
  const { cloud, source } = setup
  await setUpMonitors(cloud.env, 'stage')
  setVersion(source, '1.3.0')
  const commit = source.commit('Third version')
  const push = merge(commit)
  const run = await runPush(5, 'alarm', { ...push, what: `${push.what}, which triggers a monitor` }, setup)
  const reported = { conclusion: run.conclusion, ...run.reported }
  const wrong = [
    ...checkAlarmRollback(run.entries, reported, before.taskDefinition, monitorOf('stage')),
    ...checkNoHealthyTag(run.entries, healthyTag('stage', commit.sha)),
  ]
  return { run, commit, problems: wrong.map((problem) => `alarm deploy: ${problem}`) }
}

function summarize({ cloud, interrupted }: RehearsalSetup, deploys: Deploys, start: number): Summary {
  const { first, second, refused, prod, alarm, rolledBack } = deploys
  const last = second?.deployed ?? first
  const runs = [first, second?.deployed, refused?.run, prod, alarm?.run, rolledBack?.run]
  return {
    verdict: last.verdict,
    image: last.image,
    taskDefinition: last.taskDefinition,
    deploys: runs.filter((run) => run !== undefined),
    traffic: second?.traffic ?? { requests: 0, failed: 0 },
    event: eventOf(last.entries),
    prod: prod && {
      verdict: prod.verdict,
      image: prod.image,
      taskDefinition: prod.taskDefinition,
      event: eventOf(prod.entries),
    },
    journal: cloud.journal,
    alarm: alarm && {
      verdict: alarm.run.reported.verdict,
      taskDefinition: alarm.run.reported.taskDefinition,
      event: eventOf(alarm.run.entries),
    },
    problems: interrupted.aborted ? ['interrupted'] : problemsOf(deploys),
    seconds: (performance.now() - start) / 1000,
  }
}

const problemsOf = ({ first, second, refused, prod, alarm, rolledBack }: Deploys): readonly string[] => [
  ...first.problems,
  ...(second === undefined ? [] : problemsOfSecond(second)),
  ...[refused, prod, alarm, rolledBack].flatMap((deploy) => deploy?.problems ?? []),
]

/** Problems of a rollout under traffic: failed requests on either side of the load balancer, or no new version. */
function problemsOfSecond({ deployed, version, traffic }: NonNullable<Deploys['second']>): string[] {
  const behind = failedRequests(deployed.entries)
  const answered = [...traffic.answers.keys()].some((answer) => answer.includes(version))
  return [
    ...deployed.problems,
    ...(traffic.requests === 0 ? ['no request was sent during the rollout'] : []),
    ...(traffic.failed === 0
      ? []
      : [`${traffic.failed} of ${traffic.requests} requests failed: ${traffic.failures.join('; ')}`]),
    ...(behind.length === 0 ? [] : [`${behind.length} requests failed behind the load balancer: ${behind[0]}`]),
    ...(answered || traffic.requests === 0 ? [] : ['no response through the load balancer was from the new version']),
  ]
}
