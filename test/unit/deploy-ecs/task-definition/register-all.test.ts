import { registerAll } from '../../../../actions/deploy-ecs/src/task-definition/register-all.ts'
import type { ServicePlan } from '../../../../actions/deploy-ecs/src/task-definition/service-plan.ts'
import { awsError, fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'

const arn = (revision: string) => `arn:aws:ecs:eu-west-1:123456789012:task-definition/${revision}`
const plan = (family: string, image: string, more: object = {}) =>
  ({
    revision: {
      registration: { family, containerDefinitions: [{ name: 'app', image }] },
      base: { source: `${family}:1` },
      ...more,
    },
  }) as unknown as ServicePlan

test('services of the same task definition share one revision', async () => {
  const { aws, requests } = fakeAws({
    DescribeTaskDefinition: awsError('ClientException', 'Unable to describe task definition.'),
    RegisterTaskDefinition: ({ family }) => ({ taskDefinition: { taskDefinitionArn: arn(`${family}:2`) } }),
  })
  const { log, lines } = fakeLog()
  const [api, twin, worker] = [plan('web', 'web:2'), plan('web', 'web:2'), plan('jobs', 'web:2')]
  const arns = await registerAll({ aws, log }, [api, twin, worker])
  expect([api, twin, worker].map((one) => arns.get(one))).toEqual([arn('web:2'), arn('web:2'), arn('jobs:2')])
  expect(requests('RegisterTaskDefinition').map(({ family }) => family)).toEqual(['web', 'jobs'])
  expect(lines).toHaveLength(2)
  expect(lines.join('\n')).toContain('web:2')
})

test('a revision that is deployed as it is makes no call', async () => {
  const { aws, calls } = fakeAws({})
  const { log, lines } = fakeLog()
  const one = plan('web', 'web:1', { arn: arn('web:1') })
  expect((await registerAll({ aws, log }, [one])).get(one)).toBe(arn('web:1'))
  expect(calls).toEqual([])
  expect(lines.join()).toContain('web:1')
})

test('a revision that is registered already is not registered again', async () => {
  const { aws, requests } = fakeAws({
    DescribeTaskDefinition: {
      taskDefinition: {
        ...{ family: 'web', taskDefinitionArn: arn('web:5') },
        containerDefinitions: [{ name: 'app', image: 'web:2' }],
      },
    },
  })
  const { log, lines } = fakeLog()
  const one = plan('web', 'web:2')
  expect((await registerAll({ aws, log }, [one])).get(one)).toBe(arn('web:5'))
  expect(requests('RegisterTaskDefinition')).toEqual([])
  expect(lines.join()).toContain('web:5')
})
