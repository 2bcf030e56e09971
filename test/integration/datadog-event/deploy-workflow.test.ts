// What Datadog is told by deploy.yml. The real workflow and the real datadog-event against the rehearsal's Datadog; the other
// actions are stand-ins, with records as deploy-ecs writes them.
import { createDatadog } from '../../../rehearsal/cloud/datadog/index.ts'
import { RealClock } from '../../../rehearsal/cloud/kernel/clock.ts'
import { Journal } from '../../../rehearsal/cloud/kernel/journal.ts'
import { Server } from '../../../rehearsal/cloud/kernel/server.ts'
import type { DeployRecord, ServiceRecord } from '../../../toolkit/deploy-record.ts'
import { BAD_GATE, deployWorkflow, type Play, WELL } from '../../support/deploy-workflow.ts'
import { removeFolders } from '../../unit/rehearsal/runner/support.ts'

const clock = new RealClock()
const journal = new Journal(clock)
const datadog = createDatadog({ clock, journal })
const server = new Server([datadog.route])
let workflow: ReturnType<typeof deployWorkflow>
beforeAll(async () => {
  await server.listen('127.0.0.1', 0)
  const env = { DD_URL: `http://127.0.0.1:${server.port}` }
  workflow = deployWorkflow({ real: { 'datadog-event': 'event' }, env })
})
afterAll(async () => {
  workflow.remove()
  removeFolders()
  await server.close()
})

const [OLD, NEW] = ['1'.repeat(40), '2'.repeat(40)]
const revision = (number: number) => `arn:aws:ecs:eu-west-1:111111111111:task-definition/web:${number}`
/** The record of a deploy from web:1 to web:2. */
function recordOf(service: Partial<ServiceRecord> = {}, more: Partial<DeployRecord> = {}): string {
  const { verdict = 'succeeded' } = service
  const repositoryUrl = 'https://github.com/acme/web'
  const record: DeployRecord = {
    ...{ schema: 1, deployId: 'acme-deploy-1', kind: 'deploy', verdict, environment: 'stage', region: 'eu-west-1' },
    startedAt: new Date(clock.now() - 60_000).toISOString(),
    finishedAt: new Date(clock.now()).toISOString(),
    services: [
      {
        ...{ cluster: 'stage', service: 'web', verdict, reason: 'As the case says.', images: [] },
        ...{ taskDefinition: revision(2), previousTaskDefinition: revision(1), runs: revision(2), started: true },
        ...{ version: NEW, commit: NEW, previousVersion: OLD, previousCommit: OLD },
        ...service,
      },
    ],
    commit: { sha: NEW, url: `${repositoryUrl}/commit/${NEW}`, repository: 'acme/web', repositoryUrl },
    run: { url: `${repositoryUrl}/actions/runs/1`, actor: 'mona', ref: 'main' },
    ...more,
  }
  return JSON.stringify(record)
}
const BACK = recordOf(
  {
    ...{ taskDefinition: revision(1), previousTaskDefinition: revision(2), runs: revision(1) },
    ...{ version: OLD, commit: OLD, previousVersion: NEW, previousCommit: NEW },
  },
  { kind: 'rollback', deployId: 'acme-rollback-1' },
)
const rollout = (record: string, more: object = {}) => ({ ...WELL['rollout'], 'deploy-record': record, ...more })

interface Sent {
  readonly event?: { readonly title: string; readonly tags: readonly string[] }
  readonly changeEvent?: {
    readonly title: string
    readonly attributes: { readonly new_value: { readonly version?: string } }
  }
  readonly deployment?: {
    readonly id: string
    readonly version: string
    readonly git?: { readonly commit_sha: string }
  }
  readonly failure?: { readonly change_failure: boolean; readonly remediation?: { readonly id: string } }
}

const short = (sha: string | undefined) => (sha === NEW ? 'new' : sha === OLD ? 'old' : sha)
function inWords({ event, changeEvent, deployment, failure }: Sent): string {
  const tag = (key: string) =>
    event?.tags.filter((one) => one.startsWith(`${key}:`)).map((one) => short(one.slice(key.length + 1)))
  if (event !== undefined)
    return `${event.title} (version ${tag('version') || 'unknown'}, commit ${tag('git.commit.sha') || 'unknown'})`
  if (changeEvent !== undefined)
    return `change: ${changeEvent.title}, runs ${short(changeEvent.attributes.new_value.version)}`
  if (deployment !== undefined) return `DORA: ${short(deployment.version)}, commit ${short(deployment.git?.commit_sha)}`
  return `DORA failure${failure?.remediation === undefined ? '' : ', remedied by the rollback'}`
}

interface Truth {
  readonly title: string
  readonly play: Play
  readonly conclusion: string
  readonly told: readonly string[]
}

const TRUTHS: readonly Truth[] = [
  {
    title: 'success',
    play: { rollout: rollout(recordOf()) },
    conclusion: 'success',
    told: [
      'Deploy of web 2222222 to stage succeeded (version new, commit new)',
      'change: Deploy of web 2222222 to stage succeeded, runs new',
      'DORA: new, commit new',
    ],
  },
  { title: 'failed build', play: { image: { fails: true } }, conclusion: 'failure', told: [] },
  {
    title: 'failed rollout that ECS rolled back',
    play: {
      rollout: rollout(recordOf({ verdict: 'rolled-back', runs: revision(1) }), {
        verdict: 'rolled-back',
        fails: true,
      }),
    },
    conclusion: 'failure',
    told: [
      'Deploy of web 2222222 to stage was rolled back (version old, commit old)',
      'change: Deploy of web 2222222 to stage was rolled back, runs old',
      'DORA: new, commit new',
      'DORA failure',
    ],
  },
  {
    title: 'gate failure, then rollback',
    play: { rollout: rollout(recordOf()), gate: BAD_GATE, back: { verdict: 'succeeded', 'deploy-record': BACK } },
    conclusion: 'failure',
    told: [
      'Deploy of web 2222222 to stage was rolled back (version old, commit old)',
      'change: Deploy of web 2222222 to stage was rolled back, runs old',
      'change: Rollback of web to 1111111 in stage succeeded, runs old',
      'DORA: new, commit new',
      'DORA: old, commit old',
      'DORA failure, remedied by the rollback',
    ],
  },
  {
    title: 'gate failure, and a rollback that failed',
    play: {
      rollout: rollout(recordOf()),
      gate: BAD_GATE,
      back: {
        verdict: 'failed',
        fails: true,
        'deploy-record': BACK.replaceAll('"succeeded"', '"failed"').replace(
          `"runs":"${revision(1)}"`,
          `"runs":"${revision(2)}"`,
        ),
      },
    },
    conclusion: 'failure',
    told: [
      'Deploy of web 2222222 to stage failed (version new, commit new)',
      'change: Deploy of web 2222222 to stage failed, runs new',
      'change: Rollback of web to 1111111 in stage failed, runs new',
      'DORA: new, commit new',
      'DORA failure',
    ],
  },
  {
    title: 'cancelled during the rollout',
    play: {
      rollout: rollout(recordOf({ verdict: 'cancelled', runs: revision(1) }), { verdict: 'cancelled', hangs: true }),
    },
    conclusion: 'cancelled',
    told: [
      'Deploy of web 2222222 to stage was cancelled (version old, commit old)',
      'change: Deploy of web 2222222 to stage was cancelled, runs old',
    ],
  },
  {
    title: 'cancelled after the rollout, while the gate watched',
    play: { rollout: rollout(recordOf()), gate: { hangs: true } },
    conclusion: 'cancelled',
    told: [
      'Deploy of web 2222222 to stage succeeded (version new, commit new)',
      'change: Deploy of web 2222222 to stage succeeded, runs new',
      'DORA: new, commit new',
    ],
  },
  {
    title: 'nothing changed',
    play: {
      rollout: rollout(
        recordOf({ taskDefinition: revision(1), runs: revision(1), started: false, version: OLD, commit: OLD }),
      ),
    },
    conclusion: 'success',
    told: ['Deploy of web 1111111 to stage changed nothing (version old, commit old)'],
  },
]

test.each(TRUTHS)('$title: Datadog is told the truth', async ({ play, conclusion, told }) => {
  const from = journal.entries('datadog').length
  const { api: DATADOG_API_KEY, app: DATADOG_APP_KEY } = datadog.keys
  const done = await workflow.deploy({
    play,
    secrets: { DATADOG_API_KEY, DATADOG_APP_KEY },
    inputs: { 'datadog-send': 'event, change-event, dora-deployment' },
  })
  const sent = journal.entries('datadog').slice(from)
  expect(sent.filter(({ outcome }) => outcome !== 'ok')).toEqual([])
  expect({ conclusion: done.conclusion, told: sent.map((entry) => inWords(entry as Sent)) }).toEqual({
    conclusion,
    told,
  })
})
