// The rehearsal, top to bottom: a cloud, a first deploy, a second one under traffic, if asked what a version tag then
// brings to prod and what becomes of a deploy that a monitor does not like, and what really happened.

import { judgeTakenBack } from './checks/alarm-rollback.ts'
import { eventOf, failedRequests } from './checks/deploy-outcome.ts'
import { judgeNoMark, markOf } from './checks/healthy-tag.ts'
import { judgePromotion } from './checks/promotion.ts'
import { judgeRefusal } from './checks/refused-release.ts'
import { sendTraffic, type Tally } from './deploy/client-traffic.ts'
import { merge, type Push, release } from './deploy/push-events.ts'
import { type Deployed, deploy, type Run, runFor, type Stagehands } from './deploy/run-deploy.ts'
import type { Summary } from './report/summary.ts'
import { environments } from './setup/github-settings.ts'
import { monitorOf, setUpMonitors } from './setup/monitors.ts'
import { type Commit, letPull, setVersion } from './setup/source-repository.ts'

/** A run that is to fail, and what was not as it should be. */
interface Judged {
  readonly run: Run
  readonly problems: readonly string[]
}

/** What was played until the end came, as planned or not. */
interface Played {
  readonly first: Deployed
  readonly second?: { readonly deployed: Deployed; readonly version: string; readonly tally: Tally }
  /** A tag of a commit that stage never ran. */
  refused?: Judged
  prod?: Deployed
  /** A deploy that set a monitor off. */
  alarm?: Judged
  /** A tag of that. */
  takenBack?: Judged
}

export async function rehearse(hands: Stagehands, toProd: boolean, start: number): Promise<Summary> {
  return summarise(hands, await play(hands, toProd), start)
}

async function play(hands: Stagehands, toProd: boolean): Promise<Played> {
  const { source, interrupted } = hands
  if (toProd) letPull(source, environments.prod.account)
  const first = await deploy(1, 'first', merge(source.commit('First version')), hands)
  if (first.problems.length > 0 || interrupted.aborted) return { first }

  setVersion(source, '1.1.0')
  const commit = source.commit('Second version')
  const { deployed, tally } = await deployUnderTraffic(first.outputs['url'] ?? '', commit, hands)
  const second = { deployed, version: commit.sha, tally }
  const played: Played = { first, second }
  const goesOn = () => problemsOf(played).length === 0 && !interrupted.aborted
  if (toProd && goesOn()) played.refused = await tagTooEarly(deployed, hands)
  if (toProd && goesOn()) played.prod = await promote('v1.2.3', commit, deployed, hands)
  if (hands.watched && goesOn()) {
    const bad = await setMonitorOff(deployed, hands)
    played.alarm = bad
    if (toProd && goesOn()) played.takenBack = await tagTakenBack(bad.commit, deployed, hands)
  }
  return played
}

async function deployUnderTraffic(url: string, commit: Commit, hands: Stagehands) {
  const traffic = sendTraffic(url)
  hands.screen.aside = () => {
    const { requests, failed } = traffic.tally()
    return `${requests} requests, ${failed} failed · `
  }
  const deployed = await deploy(2, 'second', merge(commit), hands)
  const tally = await traffic.stop()
  hands.screen.aside = () => ''
  return { deployed, tally }
}

/** Tags what stage ran, which is all that it takes to get it to prod. */
async function promote(version: string, commit: Commit, stage: Deployed, hands: Stagehands): Promise<Deployed> {
  hands.source.tag(version, commit)
  const prod = await deploy(4, 'prod', release(version, commit, stage.outputs['repository'] ?? ''), hands)
  // One that failed on its way has said enough.
  if (prod.image === '') return prod
  const wrong = judgePromotion(
    prod.entries,
    { account: environments.stage.account, image: stage.image },
    { account: environments.prod.account, image: prod.image },
  )
  return { ...prod, problems: [...prod.problems, ...wrong.map((problem) => `prod deploy: ${problem}`)] }
}

/** A tag of what was never merged: prod is to refuse it before anything is changed there. */
async function tagTooEarly(stage: Deployed, hands: Stagehands): Promise<Judged> {
  const { source } = hands
  setVersion(source, '1.2.0')
  const commit = source.commit('Never on stage')
  source.tag('v1.2.0', commit)
  return refuse(3, 'refused', release('v1.2.0', commit, stage.outputs['repository'] ?? ''), hands)
}

/** A tag of what stage built and rolled out, and took back: its image is there, and prod is to refuse it all the same. */
function tagTakenBack(commit: Commit, stage: Deployed, hands: Stagehands): Promise<Judged> {
  hands.source.tag('v1.3.0', commit)
  return refuse(6, 'taken-back', release('v1.3.0', commit, stage.outputs['repository'] ?? ''), hands)
}

async function refuse(number: number, name: string, push: Push, hands: Stagehands): Promise<Judged> {
  const run = await runFor(number, name, push, hands)
  return { run, problems: judgeRefusal(run.entries, run.conclusion).map((problem) => `${name} tag: ${problem}`) }
}

/** A deploy that is healthy, and that a monitor does not like. */
async function setMonitorOff(before: Deployed, hands: Stagehands): Promise<Judged & { readonly commit: Commit }> {
  const { cloud, source } = hands
  await setUpMonitors(cloud.env, 'stage')
  setVersion(source, '1.3.0')
  const commit = source.commit('Third version')
  const run = await runFor(5, 'alarm', merge(commit), hands)
  const said = { conclusion: run.conclusion, ...run.claim }
  const wrong = [
    ...judgeTakenBack(run.entries, said, before.taskDefinition, monitorOf('stage')),
    ...judgeNoMark(run.entries, markOf('stage', commit.sha)),
  ]
  return { run, commit, problems: wrong.map((problem) => `alarm deploy: ${problem}`) }
}

function summarise({ cloud, interrupted }: Stagehands, played: Played, start: number): Summary {
  const { first, second, refused, prod, alarm, takenBack } = played
  const last = second?.deployed ?? first
  const runs = [first, second?.deployed, refused?.run, prod, alarm?.run, takenBack?.run]
  return {
    verdict: last.verdict,
    image: last.image,
    taskDefinition: last.taskDefinition,
    deploys: runs.filter((run) => run !== undefined),
    traffic: second?.tally ?? { requests: 0, failed: 0 },
    event: eventOf(last.entries),
    prod: prod && {
      verdict: prod.verdict,
      image: prod.image,
      taskDefinition: prod.taskDefinition,
      event: eventOf(prod.entries),
    },
    journal: cloud.journal,
    alarm: alarm && {
      verdict: alarm.run.claim.verdict,
      taskDefinition: alarm.run.claim.taskDefinition,
      event: eventOf(alarm.run.entries),
    },
    problems: interrupted.aborted ? ['interrupted'] : problemsOf(played),
    seconds: (performance.now() - start) / 1000,
  }
}

const problemsOf = ({ first, second, refused, prod, alarm, takenBack }: Played): readonly string[] => [
  ...first.problems,
  ...(second === undefined ? [] : problemsOfSecond(second)),
  ...[refused, prod, alarm, takenBack].flatMap((judged) => judged?.problems ?? []),
]

/** A rollout that nobody noticed: no request failed, on either side of the load balancer, and the new version answers. */
function problemsOfSecond({ deployed, version, tally }: NonNullable<Played['second']>): string[] {
  const behind = failedRequests(deployed.entries)
  const answered = [...tally.answers.keys()].some((answer) => answer.includes(version))
  return [
    ...deployed.problems,
    ...(tally.requests === 0 ? ['no request was sent during the rollout'] : []),
    ...(tally.failed === 0
      ? []
      : [`${tally.failed} of ${tally.requests} requests failed: ${tally.failures.join('; ')}`]),
    ...(behind.length === 0 ? [] : [`${behind.length} requests failed behind the load balancer: ${behind[0]}`]),
    ...(answered || tally.requests === 0 ? [] : ['the new version never answered through the load balancer']),
  ]
}
