// Several services in one step are read in batches. An error of one does not affect the others.
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import type { Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { callsOf } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { BY_TAG, type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

const refuse = (code: string, status = 400) => ({ error: new AwsError(code, `${code}, said the cloud`, status) })

describe('of twelve services, read in batches,', () => {
  const names = Array.from({ length: 12 }, (_, index) => `s${index}`)
  const verdicts = async (intercept: Intercept, inputs: Record<string, string> = {}) => {
    for (const name of names) {
      const family = { taskDefinition: { family: 's' }, service: { taskDefinition: 's' } }
      await makeService(cloud, { name, balanced: false, desiredCount: 1, ...family })
    }
    const start = cloud.journal.entries('api').length
    const updated = () =>
      cloud.journal
        .entries('api')
        .slice(start)
        .some(({ action }) => action === 'UpdateService')
    cloud.intercept = (call) => (updated() ? intercept(call) : undefined)
    const done = await deploy(cloud, { service: names.join(','), image: 'example.com/web:next', ...inputs })
    const { services } = done.outputs['deploy-record'] as {
      services: { service: string; verdict: string; serviceDeployment?: string }[]
    }
    return { done, services, verdicts: new Map(services.map(({ service: name, verdict }) => [name, verdict])) }
  }
  const expected = (others: Record<string, string>) => new Map(names.map((name) => [name, others[name] ?? 'succeeded']))

  test('only the one that may not be described has an unknown outcome', async () => {
    const { done, verdicts: found } = await verdicts(({ action, request }) =>
      action === 'DescribeServices' && request.body.includes('"s11"') ? refuse('AccessDeniedException') : undefined,
    )
    expect(found).toEqual(expected({ s11: 'failed' }))
    expect(done.error).toContain(
      'production/s11: failed. The deployment was started, but its status can no longer be read',
    )
  })

  test('only those in a batch that keeps failing time out', async () => {
    const { verdicts: found } = await verdicts(
      ({ action, request }) =>
        action === 'DescribeServices' && request.body.includes('"s11"') ? refuse('ServerException', 500) : undefined,
      { timeout: '5m', 'on-failure': 'leave' },
    )
    expect(found).toEqual(expected({ s10: 'timed-out', s11: 'timed-out' }))
    // Nor are they held up: they are seen every few seconds all the same.
    const seq = callsOf(cloud, 'UpdateService').at(-1)?.seq ?? 0
    const looks = callsOf(cloud, 'DescribeServices').filter(({ outcome, seq: at }) => outcome === 'ok' && at > seq)
    expect(looks.length).toBeGreaterThan(8)
  })

  test.each(['List', 'Describe'])(
    'one whose service deployments may not be read (%s) is followed by its id, the others by theirs',
    async (verb) => {
      const {
        done,
        services,
        verdicts: found,
      } = await verdicts(({ action, request }) =>
        action === `${verb}ServiceDeployments` && /"s3"|\/s3\//.test(request.body.toString())
          ? refuse('AccessDeniedException')
          : undefined,
      )
      expect(found).toEqual(expected({}))
      const notices = done.log.filter((line) => line.startsWith('notice:'))
      expect(notices).toEqual([expect.stringContaining('The service deployment of `production/s3` cannot be read')])
      const without = services.filter(({ serviceDeployment }) => serviceDeployment === undefined)
      expect(without.map(({ service: name }) => name)).toEqual(verb === 'List' ? ['s3'] : [])
      const refusals = callsOf(cloud, `${verb}ServiceDeployments`).filter(({ outcome }) => outcome !== 'ok')
      expect(refusals.length).toBeLessThanOrEqual(2)
    },
  )
})

test('the log has each of several verdicts once, when it is known', async () => {
  await cloud.close()
  cloud = await startEcsCloud({
    scenario:
      "description: one is slow\ntasks:\n  - { when: { service: worker, image: ':next' }, start: { takes: 90s } }",
  })
  for (const name of ['api', 'worker']) await makeService(cloud, { name, image: 'example.com/web:first' })
  const done = await deploy(cloud, { service: 'api, worker', image: 'example.com/web:next' })
  const at = (text: string) => done.log.findIndex((line) => line.startsWith(text))
  expect(done.log.filter((line) => /^\[production\/\w+\] Succeeded\. /.test(line))).toHaveLength(2)
  expect(at('[production/api] Succeeded. All 2 tasks run api:2')).toBeLessThan(
    at('[production/worker] Rollout COMPLETED'),
  )
})

test.each([1, 10, 25])('the calls for %i services grow by batches, and none is throttled', async (count) => {
  await cloud.close()
  cloud = await startEcsCloud({ scenario: `${BY_TAG}\nthrottle: true\n` })
  const names = Array.from({ length: count }, (_, index) => `s${index}`)
  for (const name of names) {
    const family = { taskDefinition: { family: 's' }, service: { taskDefinition: 's' } }
    await makeService(cloud, { name, balanced: false, desiredCount: 1, ...family })
  }
  const first = cloud.journal.entries('api').length
  cloud.arm()
  const done = await deploy(cloud, { service: names.join(','), image: 'example.com/web:next' })
  cloud.arm(false)
  expect(done.outputs['verdict']).toBe('succeeded')
  const made = cloud.journal.entries('api').slice(first)
  expect(made.filter(({ outcome }) => outcome !== 'ok')).toEqual([])
  const of = (action: string) => made.filter((entry) => entry['action'] === action).length
  expect([of('UpdateService'), of('RegisterTaskDefinition'), of('ListServiceDeployments')]).toEqual([count, 1, count])
  expect(of('DescribeServiceRevisions')).toBe(Math.ceil(count / 20))
  // A look for the plan and one right before the update, and as many afterwards as there were at the service deployments.
  const looks = of('DescribeServiceDeployments') / Math.ceil(count / 20)
  expect(of('DescribeServices')).toBeLessThanOrEqual((looks + 2) * Math.ceil(count / 10))
})
