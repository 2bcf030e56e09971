// Lost answers, throttling, refused calls and expired credentials.
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { seededRandom } from '../../../rehearsal/cloud/kernel/random.ts'
import type { Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { callsOf, revisionName } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

/** Number of deployments of the service, from the journal. */
const deployments = () => new Set(cloud.journal.entries('deployment').map(({ id }) => id)).size
/** Number of revisions that were registered. */
const revisions = () =>
  callsOf(cloud, 'RegisterTaskDefinition').filter(({ outcome }) => outcome === 'ok' || outcome === 'reset-after').length

const refuse = (code: string, status = 400): { error: AwsError } => ({
  error: new AwsError(code, `${code}, said the cloud`, status),
})

describe('when the answer of a call is lost', () => {
  const loseOnce = (lost: string, how: 'before' | 'after'): Intercept => {
    let left = 1
    return ({ action }) => (action === lost && left-- > 0 ? { reset: how } : undefined)
  }

  test.each(['before', 'after'] as const)(
    '%s UpdateService was carried out: there is one deployment (peers: ecspresso 899, 929, 961, 978)',
    async (how) => {
      await makeService(cloud)
      cloud.intercept = loseOnce('UpdateService', how)
      const done = await deploy(cloud, { 'force-new-deployment': 'true' })
      expect([done.error, done.outputs['verdict']]).toEqual([undefined, 'succeeded'])
      expect(deployments()).toBe(2)
    },
  )

  test.each(['before', 'after'] as const)(
    '%s RegisterTaskDefinition was carried out: there is one new revision',
    async (how) => {
      await makeService(cloud)
      cloud.intercept = loseOnce('RegisterTaskDefinition', how)
      const done = await deploy(cloud, { image: 'example.com/web:next' })
      expect([done.error, done.outputs['verdict']]).toEqual([undefined, 'succeeded'])
      expect(revisionName(done.outputs['task-definition-arn'])).toBe('web:2')
      expect(revisions()).toBe(2)
    },
  )
})

describe('when AWS refuses a call', () => {
  test.each(['ThrottlingException', 'ServerException', 'ServiceUnavailableException'])(
    'with %s, again and again, decides nothing',
    async (code) => {
      await makeService(cloud)
      const random = seededRandom(7)
      cloud.intercept = () => (random() < 0.4 ? refuse(code, code === 'ThrottlingException' ? 400 : 500) : undefined)
      const done = await deploy(cloud, { image: 'example.com/web:next' })
      expect([done.error, done.outputs['verdict']]).toEqual([undefined, 'succeeded'])
      expect(deployments()).toBe(2)
    },
  )

  test('retries RegisterTaskDefinition while another deploy registers (peer: DTD 502)', async () => {
    await makeService(cloud)
    let left = 2
    cloud.intercept = ({ action }) =>
      action === 'RegisterTaskDefinition' && left-- > 0
        ? {
            error: new AwsError(
              'ClientException',
              'Too many concurrent attempts to create a new revision of the specified family.',
            ),
          }
        : undefined
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    expect(done.outputs['verdict']).toBe('succeeded')
    expect(revisionName(done.outputs['task-definition-arn'])).toBe('web:2')
  })

  test.each([
    ['ExpiredTokenException', 'Run assume-role or aws-actions/configure-aws-credentials'],
    ['AccessDeniedException', 'AccessDeniedException'],
  ])(
    'with %s halfway ends the watch at once, and says that nothing is known (peers: the SDK waits on)',
    async (code, hint) => {
      await makeService(cloud)
      const begun = cloud.clock.now()
      cloud.intercept = ({ action }) =>
        cloud.clock.now() > begun + 10_000 && action.startsWith('Describe') ? refuse(code) : undefined
      const done = await deploy(cloud, { image: 'example.com/web:next' })
      expect(done.outputs['verdict']).toBe('failed')
      expect(done.error).toContain('its status can no longer be read; how it ends is not known')
      expect(done.error).toContain(hint)
      expect(Number(done.outputs['duration'])).toBeLessThan(15)
      expect(callsOf(cloud, 'StopServiceDeployment')).toHaveLength(0)
    },
  )

  test('gives failed for a service that was changed since it was read', async () => {
    await makeService(cloud)
    cloud.intercept = ({ action }) => (action === 'UpdateService' ? refuse('ServiceNotActiveException') : undefined)
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    expect(done.outputs['verdict']).toBe('failed')
    expect(done.error).toContain('Could not update service `production/web`. ServiceNotActiveException')
    expect(done.error).toContain('ServiceNotActiveException, said the cloud')
  })
})
