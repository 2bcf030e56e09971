// The rehearsal, top to bottom: a cloud, a first deploy, a second one under traffic, if asked what a version tag then
// brings to prod, and what really happened.
import { type Deployed, deploy, type Stagehands } from './deploy.ts'
import { eventOf, failedRequests } from './judge.ts'
import { judgePromotion } from './promotion.ts'
import { merge, release } from './pushes.ts'
import { environments } from './settings.ts'
import { type Commit, letPull, raiseVersion } from './source.ts'
import type { Summary } from './summary.ts'
import { sendTraffic, type Tally } from './traffic.ts'

/** What was played until the end came, as planned or not. */
interface Played {
  readonly first: Deployed
  readonly second?: { readonly deployed: Deployed; readonly version: string; readonly tally: Tally }
  readonly prod?: Deployed
}

export async function rehearse(hands: Stagehands, toProd: boolean, start: number): Promise<Summary> {
  return summarise(hands, await play(hands, toProd), start)
}

async function play(hands: Stagehands, toProd: boolean): Promise<Played> {
  const { source, interrupted } = hands
  if (toProd) letPull(source, environments.prod.account)
  const first = await deploy(1, 'first', merge(source.commit('First version')), hands)
  if (first.problems.length > 0 || interrupted.aborted) return { first }

  raiseVersion(source)
  const commit = source.commit('Second version')
  const { deployed, tally } = await deployUnderTraffic(first.outputs['url'] ?? '', commit, hands)
  const second = { deployed, version: commit.sha, tally }
  if (!toProd || problemsOfSecond(second).length > 0 || interrupted.aborted) return { first, second }

  return { first, second, prod: await promote('v1.2.3', commit, deployed, hands) }
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
  const prod = await deploy(3, 'prod', release(version, commit, stage.outputs['repository'] ?? ''), hands)
  // One that failed on its way has said enough.
  if (prod.image === '') return prod
  const wrong = judgePromotion(
    prod.entries,
    { account: environments.stage.account, image: stage.image },
    { account: environments.prod.account, image: prod.image },
  )
  return { ...prod, problems: [...prod.problems, ...wrong.map((problem) => `prod deploy: ${problem}`)] }
}

function summarise({ cloud, interrupted }: Stagehands, { first, second, prod }: Played, start: number): Summary {
  const last = second?.deployed ?? first
  const deploys = [first, second?.deployed, prod].filter((deployed) => deployed !== undefined)
  return {
    verdict: last.verdict,
    image: last.image,
    taskDefinition: last.taskDefinition,
    deploys,
    traffic: second?.tally ?? { requests: 0, failed: 0 },
    event: eventOf(last.entries),
    prod: prod && {
      verdict: prod.verdict,
      image: prod.image,
      taskDefinition: prod.taskDefinition,
      event: eventOf(prod.entries),
    },
    journal: cloud.journal,
    problems: interrupted.aborted
      ? ['interrupted']
      : [...first.problems, ...(second === undefined ? [] : problemsOfSecond(second)), ...(prod?.problems ?? [])],
    seconds: (performance.now() - start) / 1000,
  }
}

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
