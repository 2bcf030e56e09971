// The rehearsal, top to bottom: a cloud, a first deploy, a second one under traffic, and what really happened.
import { type Deployed, deploy, type Stagehands } from './deploy.ts'
import { eventOf, failedRequests } from './judge.ts'
import { raiseVersion } from './source.ts'
import type { Summary } from './summary.ts'
import { sendTraffic, type Tally } from './traffic.ts'

const noTraffic: Tally = { requests: 0, failed: 0, failures: [], answers: new Map() }

export async function rehearse(hands: Stagehands, start: number): Promise<Summary> {
  const { source, interrupted } = hands
  const first = await deploy(1, 'first', source.commit('First version'), hands)
  if (first.problems.length > 0 || interrupted.aborted) return summarise(hands, [first], noTraffic, start)

  const url = first.outputs['url'] ?? ''
  raiseVersion(source)
  const commit = source.commit('Second version')
  const traffic = sendTraffic(url)
  hands.screen.aside = () => {
    const { requests, failed } = traffic.tally()
    return `${requests} requests, ${failed} failed · `
  }
  const second = await deploy(2, 'second', commit, hands)
  const tally = await traffic.stop()
  hands.screen.aside = () => ''
  return summarise(hands, [first, second], tally, start, commit.sha)
}

function summarise(
  { cloud, interrupted }: Stagehands,
  deploys: readonly [Deployed, ...Deployed[]],
  tally: Tally,
  start: number,
  version?: string,
): Summary {
  const last = deploys.at(-1) ?? deploys[0]
  return {
    verdict: last.verdict,
    image: last.image,
    taskDefinition: last.taskDefinition,
    deploys,
    traffic: tally,
    event: eventOf(last.entries),
    journal: cloud.journal,
    problems: interrupted.aborted
      ? ['interrupted']
      : [
          ...deploys.flatMap((deployed) => deployed.problems),
          ...(version === undefined ? [] : trafficProblems(tally, last, version)),
        ],
    seconds: (performance.now() - start) / 1000,
  }
}

/** A rollout that nobody noticed: no request failed, on either side of the load balancer, and the new version answers. */
function trafficProblems(tally: Tally, last: Deployed, version: string): string[] {
  const behind = failedRequests(last.entries)
  const answered = [...tally.answers.keys()].some((answer) => answer.includes(version))
  return [
    ...(tally.requests === 0 ? ['no request was sent during the rollout'] : []),
    ...(tally.failed === 0
      ? []
      : [`${tally.failed} of ${tally.requests} requests failed: ${tally.failures.join('; ')}`]),
    ...(behind.length === 0 ? [] : [`${behind.length} requests failed behind the load balancer: ${behind[0]}`]),
    ...(answered || tally.requests === 0 ? [] : ['the new version never answered through the load balancer']),
  ]
}
