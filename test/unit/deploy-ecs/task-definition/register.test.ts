import { register } from '../../../../actions/deploy-ecs/src/task-definition/register.ts'
import { awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

const arn = (revision: number) => `arn:aws:ecs:eu-west-1:123456789012:task-definition/web:${revision}`
const next = { family: 'web', containerDefinitions: [{ name: 'app', image: 'web:2' }] }
/** The newest revision of the family, with this image. */
const newest = (revision: number, image: string) => ({
  taskDefinition: {
    ...{ family: 'web', taskDefinitionArn: arn(revision), revision, status: 'ACTIVE' },
    containerDefinitions: [{ name: 'app', image, cpu: 0, essential: true }],
  },
})
const noFamily = awsError('ClientException', 'Unable to describe task definition.')
const concurrent = awsError(
  'ClientException',
  'Too many concurrent attempts to create a new revision of the specified family.',
)

test('registers a revision', async () => {
  const { aws, requests } = fakeAws({
    DescribeTaskDefinition: newest(1, 'web:1'),
    RegisterTaskDefinition: { taskDefinition: { taskDefinitionArn: arn(2) } },
  })
  expect(await register(aws, next)).toEqual({ arn: arn(2), isNew: true })
  expect(requests('DescribeTaskDefinition')).toMatchObject([{ taskDefinition: 'web' }])
  expect(requests('RegisterTaskDefinition')).toEqual([next])
})

test('registers the first revision of a family', async () => {
  const { aws } = fakeAws({
    DescribeTaskDefinition: noFamily,
    RegisterTaskDefinition: { taskDefinition: { taskDefinitionArn: arn(1) } },
  })
  expect(await register(aws, next)).toEqual({ arn: arn(1), isNew: true })
})

test('takes the newest revision of the family where it is the same', async () => {
  const { aws, requests } = fakeAws({ DescribeTaskDefinition: newest(7, 'web:2') })
  expect(await register(aws, next)).toEqual({ arn: arn(7), isNew: false })
  expect(requests('RegisterTaskDefinition')).toEqual([])
})

test.each([
  ['a lost answer', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
  ['a server error', awsError('ServerException')],
  ['two registrations at once', concurrent],
])('after %s finds the revision that was registered all the same', async (_, error) => {
  const { aws, requests } = fakeAws({
    DescribeTaskDefinition: (_input, count) => (count === 1 ? newest(1, 'web:1') : newest(2, 'web:2')),
    RegisterTaskDefinition: error,
  })
  expect(await register(aws, next)).toEqual({ arn: arn(2), isNew: true })
  expect(requests('RegisterTaskDefinition')).toHaveLength(1)
})

test('registers again where the first attempt did not register anything', async () => {
  const { aws, requests } = fakeAws({
    DescribeTaskDefinition: newest(1, 'web:1'),
    RegisterTaskDefinition: (_input, count) => {
      if (count === 1) throw concurrent
      return { taskDefinition: { taskDefinitionArn: arn(2) } }
    },
  })
  expect(await register(aws, next)).toEqual({ arn: arn(2), isNew: true })
  expect(requests('RegisterTaskDefinition')).toHaveLength(2)
})

test('does not repeat a registration that ECS refuses', async () => {
  const { aws, requests } = fakeAws({
    DescribeTaskDefinition: noFamily,
    RegisterTaskDefinition: awsError('ClientException', 'No Fargate configuration exists for given values.'),
  })
  await expect(register(aws, next)).rejects.toThrow('Could not register task definition `web`.')
  expect(requests('RegisterTaskDefinition')).toHaveLength(1)
})

test('gives up within five minutes', async () => {
  const { aws, clock } = fakeAws({ DescribeTaskDefinition: newest(1, 'web:1'), RegisterTaskDefinition: concurrent })
  const begun = clock.now()
  await expect(register(aws, next)).rejects.toThrow('Too many concurrent attempts')
  expect(clock.now() - begun).toBeGreaterThan(4 * 60_000)
  expect(clock.now() - begun).toBeLessThanOrEqual(5 * 60_000)
})
