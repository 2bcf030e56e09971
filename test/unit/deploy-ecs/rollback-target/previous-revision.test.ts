import type { Service } from '@aws-sdk/client-ecs'
import { findPreviousRevisions } from '../../../../actions/deploy-ecs/src/rollback-target/previous-revision.ts'
import { type Answer, awsError, fakeAws, fakeLog, type Input } from '../../../support/deploy-ecs/fake-aws.ts'

const name = { cluster: 'prod', service: 'web' }
const DAY = 86_400_000

/** Finds the revision before `current`. `past`: oldest first, `web:2 failed` for one that did not roll out to the end. */
async function find(
  past: readonly string[],
  current: string,
  service: Partial<Service> = {},
  attempt = '1',
  describe: Answer = awsError('AccessDeniedException'),
) {
  const list = past.map((entry, index) => ({
    revision: entry.replace(' failed', ''),
    failed: entry.endsWith(' failed'),
    index,
  }))
  const { aws } = fakeAws({
    ListServiceDeployments: {
      serviceDeployments: list.map(({ revision, failed, index }) => ({
        targetServiceRevisionArn: revision,
        status: failed ? 'ROLLBACK_SUCCESSFUL' : 'SUCCESSFUL',
        createdAt: new Date(index * DAY),
      })),
    },
    DescribeTaskDefinition: describe,
    DescribeServiceRevisions: {
      serviceRevisions: list.map(({ revision }) => ({ serviceRevisionArn: revision, taskDefinition: revision })),
    },
  })
  const { log, lines } = fakeLog()
  const env = { GITHUB_RUN_ATTEMPT: attempt }
  const revision = await findPreviousRevisions({ aws, env, log }, name, { taskDefinition: current, ...service }).then(
    ([first]) => first,
    (error: Error) => error.message,
  )
  return { revision, lines }
}

const running = (taskDefinition: string, more: object = {}): Partial<Service> => ({
  deployments: [{ taskDefinition, rolloutState: 'COMPLETED', runningCount: 1, createdAt: new Date(DAY / 2), ...more }],
})

test('is the older revision that was healthy', async () => {
  expect(await find(['web:1', 'web:2', 'web:3 failed', 'web:4'], 'web:4')).toEqual({ revision: 'web:2', lines: [] })
})

test('goes further back than an earlier rollback, and says so', async () => {
  const { revision, lines } = await find(['web:1', 'web:2', 'web:3', 'web:2'], 'web:2')
  expect(revision).toBe('web:1')
  expect(lines).toEqual([expect.stringMatching(/^notice: .*web:3.*web:2.*web:1/)])
})

test('stays at a revision that an earlier attempt of the run went back to', async () => {
  const { revision, lines } = await find(['web:1', 'web:2', 'web:3', 'web:2'], 'web:2', {}, '2')
  expect(revision).toBe('web:2')
  expect(lines).toEqual([expect.stringMatching(/^warning: .*web:2.*attempt 2.*web:3.*`rollback-to`/)])
})

test('follows a rollback that is in progress', async () => {
  const deployments = [
    { id: 'ecs-svc/1', status: 'PRIMARY', rolloutState: 'IN_PROGRESS', taskDefinition: 'web:2' },
  ] as const
  const { revision, lines } = await find(['web:1', 'web:2', 'web:3', 'web:2 failed'], 'web:2', {
    deployments: [...deployments],
  })
  expect(revision).toBe('web:2')
  expect(lines).toEqual([expect.stringMatching(/^notice: .*web:3.*web:2.*`rollback-to`/)])
})

test('a second attempt of a run that has not gone back yet goes back', async () => {
  expect(await find(['web:1', 'web:2'], 'web:2', {}, '2')).toEqual({ revision: 'web:1', lines: [] })
})

test.each<[string, Partial<Service>, string]>([
  // ECS keeps 90 days of history.
  ['a COMPLETED deployment that is not in the history', running('web:1'), 'web:1'],
  ['a COMPLETED deployment of another family that runs tasks', running('old:7'), 'old:7'],
  // What Terraform created the service with.
  ['no deployment of another family without tasks', running('template:1', { runningCount: 0 }), 'no older revision'],
  ['no deployment that is not COMPLETED', running('web:1', { rolloutState: 'FAILED' }), 'no older revision'],
])('with an empty history, takes %s', async (_, service, expected) => {
  expect((await find([], 'web:2', service)).revision).toContain(expected)
})

test('does not take a revision of another family from the history', async () => {
  expect((await find(['template:1', 'web:1'], 'web:1')).revision).toContain('no older revision')
})

test('names the revisions in the error where there is no older one', async () => {
  expect((await find(['web:1', 'web:2', 'web:1'], 'web:1')).revision).toMatch(
    /Service `prod\/web` runs web:1.*web:2.*no older revision/,
  )
})

describe('after a rollback to a revision that was deregistered and registered again', () => {
  /** Each revision's image, and whether it is deregistered: web:3 is a copy of web:1. */
  const described = ({ taskDefinition }: Input) => {
    const arn = String(taskDefinition)
    const image = arn === 'web:3' ? 'web:1' : arn
    return {
      taskDefinition: {
        ...{ taskDefinitionArn: arn, family: 'web', status: arn === 'web:3' ? 'ACTIVE' : 'INACTIVE' },
        containerDefinitions: [{ name: 'app', image }],
      },
    } as const
  }

  test('goes further back than the original, not to the revision that was rolled back from', async () => {
    const { revision, lines } = await find(['web:0', 'web:1', 'web:2', 'web:3'], 'web:3', {}, '1', described)
    expect(revision).toBe('web:0')
    expect(lines).toEqual([expect.stringMatching(/^notice: .*web:2 to web:3 before.*web:0/)])
  })

  test('stays there in a second attempt of the run', async () => {
    expect((await find(['web:1', 'web:2', 'web:3'], 'web:3', {}, '2', described)).revision).toBe('web:3')
  })

  test('goes to the copy from what was deployed on top of it', async () => {
    expect((await find(['web:1', 'web:2', 'web:3', 'web:4'], 'web:4', {}, '1', described)).revision).toBe('web:3')
  })
})
