// `dry-run` and `command: verify` show what would change, and change nothing.
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { callsOf, changeCount } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

describe('a dry run', () => {
  test('shows what would change, with values hidden by default and secrets always, and changes nothing', async () => {
    await makeService(cloud, {
      taskDefinition: {
        containerDefinitions: [
          {
            name: 'app',
            image: 'example.com/web:ok',
            portMappings: [{ containerPort: 80 }],
            environment: [
              { name: 'DB_PASSWORD', value: 'old-hunter2' },
              { name: 'LEVEL', value: 'info' },
            ],
          },
        ],
      },
    })
    const before = changeCount(cloud)
    const inputs = {
      'dry-run': 'true',
      image: 'example.com/web:next',
      'environment-variables': 'DB_PASSWORD=new-hunter2\nLEVEL=debug\nURL=postgres://me:hunter2@db/x',
      'desired-count': '4',
      'force-new-deployment': 'true',
    }
    for (const [more, environment] of [
      [{}, ['~ app.environment.LEVEL: *** → ***', '+ app.environment.URL: ***']],
      [
        { 'show-values': 'true' },
        ['~ app.environment.LEVEL: info → debug', '+ app.environment.URL: postgres://me:***@db/x'],
      ],
    ] as const) {
      const done = await deploy(cloud, { ...inputs, ...more })
      expect(done.error).toBeUndefined()
      expect(changeCount(cloud)).toBe(before)
      const log = done.log.join('\n')
      for (const line of [
        ...environment,
        '~ app.image: example.com/web:ok → example.com/web:next',
        '~ app.environment.DB_PASSWORD: *** → ***',
        '~ service.desiredCount: 2 → 4',
        '+ service.forceNewDeployment: true',
      ]) {
        expect(log).toContain(line)
        expect(done.summary).toContain(line)
      }
      expect(log + done.summary).not.toContain('hunter2')
    }
  })

  test('verify makes the same checks', async () => {
    await makeService(cloud)
    const before = changeCount(cloud)
    const done = await deploy(cloud, { command: 'verify', 'bake-time': '9m' })
    expect(done.error).toBeUndefined()
    expect(done.log[0]).toBe('warning: `bake-time` does nothing here: it needs `wait-for: bake`.')
    expect(done.log.join('\n')).toContain('no changes')
    expect(done.log.at(-1)).toBe('All checks passed. Nothing was changed.')
    expect(changeCount(cloud)).toBe(before)
  })
})

test.each([
  '123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu',
  '123456789012.dkr-ecr.eusc-de-east-1.on.amazonwebservices.eu',
  '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn',
  '123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com',
])('verify looks up an image in %s', async (host) => {
  await makeService(cloud)
  cloud.intercept = ({ action }) =>
    action === 'DescribeImages' ? { error: new AwsError('ImageNotFoundException', 'It is not there.') } : undefined
  const image = `${host}/team/web@sha256:${'a'.repeat(64)}`
  const done = await deploy(cloud, { command: 'verify', image })
  expect(done.error).toContain(`has \`${image}\`, which does not exist in its repository`)
  expect(callsOf(cloud, 'DescribeImages')).toMatchObject([
    { region: host.split('.')[host.includes('dkr-ecr') ? 2 : 3] },
  ])
})
