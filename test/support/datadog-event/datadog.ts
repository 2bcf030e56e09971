import type { Deploy, DeployedService } from '../../../actions/datadog-event/src/deploy/deploy.ts'
import type { DeployRecord } from '../../../toolkit/deploy-record.ts'
import { exec } from '../../../toolkit/process/exec.ts'
import { query } from '../../../toolkit/process/query.ts'
import type { Environment, World } from '../../../toolkit/runtime.ts'
import { FakeClock } from '../clock.ts'

/** Keys that no other text contains. */
export const API_KEY = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'
export const APP_KEY = 'f0e1d2c3b4a5968778695a4b3c2d1e0f11223344'

/** `{ 'api-key': '…' }` as the runner hands it to an action. */
export const inputsEnv = (inputs: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]))

export const RUN_ENV: Environment = {
  GITHUB_REPOSITORY: 'org/web',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
  GITHUB_REF_NAME: 'main',
  GITHUB_ACTOR: 'ada',
  GITHUB_RUN_ID: '7',
  GITHUB_RUN_ATTEMPT: '1',
}

/** A world that records all log lines, outputs and summaries. */
export function recordingWorld(env: Environment, more: Partial<World> = {}) {
  const lines: string[] = []
  const warnings: string[] = []
  const masked: string[] = []
  const outputs: Record<string, unknown> = {}
  const summaries: string[] = []
  const clock = new FakeClock()
  const world: World = {
    env: { ...RUN_ENV, ...env },
    clock,
    log: {
      info: (line) => void lines.push(line),
      debug: (line) => void lines.push(line),
      notice: (line) => void lines.push(line),
      warning: (line) => void warnings.push(line),
      error: (line) => void lines.push(line),
      group: (title, task) => {
        lines.push(title)
        return task()
      },
      mask: (secret) => void masked.push(secret),
    },
    step: {
      output: (name, value) => void Object.assign(outputs, { [name]: value }),
      saveState: () => {},
      state: () => '',
      summary: (markdown) => void summaries.push(markdown),
    },
    exec,
    query,
    signal: new AbortController().signal,
    ...more,
  }
  return { world, clock, lines, warnings, masked, outputs, summaries }
}

/** A service that was deployed, of which nothing more is known. */
export const deployedService = (name: string, more: Partial<DeployedService> = {}): DeployedService => ({
  ...{ name, status: 'succeeded' as const, images: [], started: true, code: {}, previousCode: {}, runs: { code: {} } },
  ...more,
})

/** A deploy that ended so, with all of its services. */
export const ended = (deploy: Deploy, status: Deploy['status']): Deploy => ({
  ...deploy,
  status,
  services: deploy.services.map((service) => ({ ...service, status })),
})

export const RECORD: DeployRecord = {
  schema: 1,
  deployId: 'org/web-7-1',
  verdict: 'succeeded',
  environment: 'production',
  account: '123456789012',
  region: 'eu-west-1',
  startedAt: '2025-12-31T23:50:00.123Z',
  finishedAt: '2025-12-31T23:55:00.456Z',
  services: [
    {
      cluster: 'main',
      service: 'web',
      verdict: 'succeeded',
      reason: 'The rollout is complete and all 3 targets are healthy.',
      taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:42',
      previousTaskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:41',
      images: [
        {
          container: 'app',
          image: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1.4.2@sha256:${'ab'.repeat(32)}`,
        },
      ],
    },
  ],
  commit: {
    sha: '0123456789abcdef0123456789abcdef01234567',
    url: 'https://github.com/org/web/commit/0123456789abcdef0123456789abcdef01234567',
    repository: 'org/web',
    repositoryUrl: 'https://github.com/org/web',
  },
  run: { url: 'https://github.com/org/web/actions/runs/7/attempts/1', actor: 'ada', ref: 'main' },
}
