import type { Service } from '@aws-sdk/client-ecs'
import { batches } from '../../../actions/deploy-ecs/src/aws/ask-in-batches.ts'
import { AwsCalls } from '../../../actions/deploy-ecs/src/aws/aws-calls.ts'
import { RateLimiter } from '../../../actions/deploy-ecs/src/aws/rate-limit.ts'
import { updateRequest } from '../../../actions/deploy-ecs/src/change/start-rollout.ts'
import { deploymentInProgress } from '../../../actions/deploy-ecs/src/observe/in-progress.ts'
import { targetsOf } from '../../../actions/deploy-ecs/src/observe/target-health.ts'
import { checkImage } from '../../../actions/deploy-ecs/src/task-definition/check-image.ts'
import {
  describeDifference,
  diffService,
  diffTaskDefinitions,
} from '../../../actions/deploy-ecs/src/task-definition/diff.ts'
import { familyBeside } from '../../../actions/deploy-ecs/src/task-definition/load-task-definition.ts'
import {
  ecrRegistry,
  expectedDigest,
  parseImage,
} from '../../../actions/deploy-ecs/src/task-definition/shipped-image.ts'
import { narrate } from '../../../actions/deploy-ecs/src/watch/narrate.ts'
import { pauseAfter } from '../../../actions/deploy-ecs/src/watch/watch.ts'
import { FakeClock } from '../../support/clock.ts'
import {
  deployment,
  earlier,
  failedTask,
  followed,
  GROUP,
  healthy,
  MADE,
  record,
  service,
  target,
  task,
} from './stories.ts'

describe('an image reference', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  test.each([
    ['web', { registry: 'docker.io', repository: 'web' }],
    ['127.0.0.1:5000/web:1', { registry: '127.0.0.1:5000', repository: 'web', tag: '1' }],
    ['localhost/web', { registry: 'localhost', repository: 'web' }],
    [
      `123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web@${digest}`,
      { registry: '123456789012.dkr.ecr.eu-west-1.amazonaws.com', repository: 'team/web', digest },
    ],
    [`ghcr.io/a/b:v1.2@${digest}`, { registry: 'ghcr.io', repository: 'a/b', tag: 'v1.2', digest }],
  ])('%s has its parts', (image, parts) => {
    expect(parseImage(image)).toEqual(parts)
  })

  test.each(['', 'WEB', 'web:', 'web@sha256:12', 'web:a:b', 'a b'])('%j is none', (image) => {
    expect(parseImage(image)).toBeUndefined()
  })

  test.each([
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', { account: '123456789012', region: 'eu-west-1' }],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', { account: '123456789012', region: 'cn-north-1' }],
    ['123456789012.dkr-ecr.eu-west-1.on.aws', { account: '123456789012', region: 'eu-west-1' }],
    ['docker.io', undefined],
  ])('the registry %s is ECR or not', (registry, expected) => {
    expect(ecrRegistry(registry)).toEqual(expected)
  })
})

test.each([
  ['application/vnd.docker.distribution.manifest.v2+json', 'a digest that tasks are held against'],
  ['application/vnd.oci.image.manifest.v1+json', 'a digest that tasks are held against'],
  // ECS runs, and tells, the manifest of one platform, which the index does not have for its digest.
  ['application/vnd.oci.image.index.v1+json', 'none'],
  ['application/vnd.docker.distribution.manifest.list.v2+json', 'none'],
  [undefined, 'none'],
])('a tag that stands for %s gives %s', async (imageManifestMediaType, what) => {
  const imageDigest = `sha256:${'a'.repeat(64)}`
  const send = async () => ({ imageDetails: [{ imageDigest, imageManifestMediaType }] })
  const aws = new AwsCalls({ ecr: () => ({ send }) } as never, new FakeClock(), new AbortController().signal)
  const image = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:next'
  const checked = await checkImage(aws, {}, 'eu-west-1', 'app', image)
  expect(expectedDigest(checked)).toBe(what === 'none' ? undefined : imageDigest)
  expect(checked.note).toContain(`Now it stands for ${imageDigest}.`)
})

describe('an image that is not in ECR', () => {
  const check = (missing: string, rules: () => unknown, repository = 'hub/library/nginx') => {
    const send = async ({
      input,
      constructor: { name },
    }: {
      input: { nextToken?: string }
      constructor: { name: string }
    }) => {
      if (name === 'DescribeImagesCommand') throw Object.assign(new Error('It is not there.'), { name: missing })
      // The rule is on the second page.
      if (input.nextToken === undefined)
        return { pullThroughCacheRules: [{ ecrRepositoryPrefix: 'quay' }], nextToken: '2' }
      return { pullThroughCacheRules: await rules() }
    }
    const aws = new AwsCalls({ ecr: () => ({ send }) } as never, new FakeClock(), new AbortController().signal)
    const image = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/${repository}:1.29`
    return checkImage(aws, {}, 'eu-west-1', 'app', image)
  }
  const hub = () => [{ ecrRepositoryPrefix: 'hub' }]

  test.each(['ImageNotFoundException', 'RepositoryNotFoundException'])(
    'is let through with a note where a pull-through cache will fetch it (%s)',
    async (missing) => {
      expect((await check(missing, hub)).note).toContain(
        'is not in ECR yet, and could not be checked: the pull-through cache rule of `hub` fetches it',
      )
      expect((await check(missing, () => [{ ecrRepositoryPrefix: 'ROOT' }])).note).toContain('rule of `ROOT`')
    },
  )

  test.each([
    ['no rule is for its repository', hub, 'hubris/nginx'],
    [
      'no rules may be seen',
      () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDeniedException' })),
      'hub/x',
    ],
  ])('is refused where %s', async (_, rules, repository) => {
    const refusal = check('RepositoryNotFoundException', rules, repository)
    await expect(refusal).rejects.toThrow('whose repository does not exist')
    await expect(refusal).rejects.toMatchObject({
      hint: expect.stringContaining('If a pull-through cache fetches it, the role has to see that'),
    })
  })
})

describe('what UpdateService is sent', () => {
  const before: Service = {
    deploymentConfiguration: {
      minimumHealthyPercent: 50,
      maximumPercent: 150,
      deploymentCircuitBreaker: { enable: false, rollback: false },
    },
  }
  const departure = { name: { cluster: 'c', service: 's' }, before, taskDefinition: 'td', shipped: [] }

  test('is the revision, and nothing that was not asked for', () => {
    expect(updateRequest(departure, {})).toEqual({ cluster: 'c', service: 's', taskDefinition: 'td' })
  })

  test('keeps the rest of a configuration of which one part changes', () => {
    expect(updateRequest(departure, { circuitBreaker: 'rollback', alarms: ['a'] })).toMatchObject({
      deploymentConfiguration: {
        minimumHealthyPercent: 50,
        maximumPercent: 150,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        alarms: { alarmNames: ['a'], enable: true, rollback: true },
      },
    })
  })
})

describe('a target', () => {
  const balancer = { targetGroupArn: GROUP, containerName: 'app', containerPort: 80 }
  const health = (Id: string, Port: number, State: 'healthy' | 'initial') => ({
    Target: { Id, Port },
    TargetHealth: { State },
  })

  test('with awsvpc is the address of the task', () => {
    expect(
      targetsOf(
        GROUP,
        balancer,
        [task('1'), task('2')],
        [health('10.0.0.1', 80, 'healthy'), health('10.0.0.1', 81, 'initial')],
        new Map(),
      ),
    ).toEqual([
      { targetGroupArn: GROUP, taskArn: task('1').arn, target: '10.0.0.1:80', state: 'healthy' },
      { targetGroupArn: GROUP, taskArn: task('2').arn, target: '10.0.0.2:80', state: 'unregistered' },
    ])
  })

  test('with bridge is the instance and the host port: another instance with that port is another target', () => {
    const bridged = task('1', {
      addresses: [],
      containerInstanceArn: 'ci-1',
      containers: [{ name: 'app', hostPorts: [{ containerPort: 80, hostPort: 32768 }] }],
    })
    const both = [health('i-1', 32768, 'initial'), health('i-2', 32768, 'healthy')]
    const [seen] = targetsOf(GROUP, balancer, [bridged], both, new Map([['ci-1', 'i-1']]))
    expect(seen).toMatchObject({ target: 'i-1:32768', state: 'initial' })
  })

  test('with host is the instance and the port of the container: ECS tells of no host ports', () => {
    const hosted = (id: string, lastStatus: string) =>
      task(id, { lastStatus, addresses: [], containerInstanceArn: `ci-${id}` })
    const groups = [health('i-1', 80, 'healthy'), health('i-2', 80, 'healthy')]
    const instances = new Map([
      ['ci-1', 'i-1'],
      ['ci-2', 'i-2'],
    ])
    expect(
      targetsOf(GROUP, balancer, [hosted('1', 'RUNNING'), hosted('2', 'PENDING')], groups, instances),
    ).toMatchObject([
      { target: 'i-1:80', state: 'healthy' },
      // What is there still belongs to the task before it.
      { target: 'not yet known', state: 'unregistered' },
    ])
  })
})

describe('a difference', () => {
  const base = {
    family: 'web',
    containerDefinitions: [{ name: 'app', image: 'web:1', environment: [{ name: 'A', value: '1' }] }],
  }

  test('is told by the names of container and variable', () => {
    const next = {
      ...base,
      cpu: '256',
      containerDefinitions: [{ name: 'app', image: 'web:2', environment: [{ name: 'B', value: '2' }], command: ['x'] }],
    }
    expect(diffTaskDefinitions(base, next).map(describeDifference)).toEqual(
      [
        '- app.environment.A: 1',
        '+ app.environment.B: 2',
        '+ app.command: ["x"]',
        '~ app.image: web:1 → web:2',
        '+ cpu: 256',
      ].sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1)),
    )
  })

  test.each([
    ['DB_PASSWORD', 'hunter2hunter2', '***'],
    ['BUILD_INFO', `ghp_${'a'.repeat(36)}`, '***'],
    ['HOOK', `sk_live_${'a'.repeat(24)}`, '***'],
    ['UPSTREAM_HEADER', `Bearer eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiIxIn0'}.x`, '***'],
    ['DATABASE', 'postgres://app:hunter2@db/app', 'postgres://app:***@db/app'],
    ['LOG_LEVEL', 'debug', 'debug'],
  ])('hides what looks like a secret by its name or its value: %s=%s', (name, value, shown) => {
    const environment = [{ name, value }]
    const next = {
      ...base,
      containerDefinitions: [{ name: 'app', image: 'web:1', environment, command: ['x', value] }],
    }
    const lines = diffTaskDefinitions(base, next).map(describeDifference)
    expect(lines).toContain(`+ app.environment.${name}: ${shown}`)
    if (shown === '***' && name !== 'DB_PASSWORD') expect(lines.join('\n')).not.toContain(value)
  })

  test('hides secrets in the options of a log driver', () => {
    const logConfiguration = { logDriver: 'awsfirelens', options: { apikey: 'x'.repeat(32), Name: 'datadog' } }
    const next = { ...base, containerDefinitions: [{ name: 'app', image: 'web:1', logConfiguration }] }
    const lines = diffTaskDefinitions(base, next as never).map(describeDifference)
    expect(lines).toContain('+ app.logConfiguration.options.apikey: ***')
    expect(lines).toContain('+ app.logConfiguration.options.Name: datadog')
  })

  test('of the service is what was asked for, where it is not so yet', () => {
    const before: Service = {
      desiredCount: 2,
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    }
    expect(diffService(before, { desiredCount: 2, circuitBreaker: 'rollback' })).toEqual([])
    expect(diffService(before, { desiredCount: 3, circuitBreaker: 'stop' })).toEqual([
      { path: 'desiredCount', from: '2', to: '3' },
      { path: 'circuitBreaker', from: 'rollback', to: 'stop' },
    ])
  })
})

describe('the log', () => {
  test('has one line for each change, and none for a look that shows nothing new', () => {
    expect(narrate(followed, healthy, { ...healthy, at: 99 })).toEqual([])
    const seen = {
      at: 1,
      service: service([deployment({ runningCount: 1 })], {
        events: [{ id: 'e', at: MADE + 1, message: 'has started 1 tasks.' }],
      }),
      serviceDeployment: record('IN_PROGRESS', { lifecycleStage: 'BAKE_TIME' }),
      tasks: [task('1'), failedTask('2')],
      targets: [target('1', { state: 'initial' })],
    }
    expect(narrate(followed, undefined, seen)).toEqual([
      'The rollout (IN_PROGRESS): 1 of 2 tasks run, 0 pending, 0 failed.',
      'Service deployment IN_PROGRESS at stage BAKE_TIME',
      'ECS: has started 1 tasks.',
      'Task 2 stopped: Essential container in task exited (app exited with code 1)',
      'Target 10.0.0.1:80 in web is initial.',
    ])
  })

  test('says how to go on where a lifecycle hook waits, once', () => {
    const paused = { ...healthy, serviceDeployment: record('IN_PROGRESS', { awaiting: [{ hookId: 'h1' }] }) }
    expect(narrate(followed, healthy, paused).join()).toContain('--hook-id h1 --action CONTINUE')
    expect(narrate(followed, paused, paused)).toEqual([])
  })
})

test.each([
  ['web-template', 'web:3', 'web'],
  ['web-template', 'web-template:1', 'web'],
  ['base', 'base:1', 'base-deployed'],
])('the template %s of a service at %s leads to the family %s', (template, current, family) => {
  expect(familyBeside(template, current)).toBe(family)
})

test('a deployment is in progress while its PRIMARY is, and not while old tasks drain', () => {
  const seen = (...deployments: object[]): Service => ({ deployments }) as Service
  expect(deploymentInProgress(seen(deployment(), earlier()))).toContain('ecs-svc/ours (web:2, 2 of 2 tasks run)')
  expect(deploymentInProgress(seen(deployment({ rolloutState: 'COMPLETED' }), earlier()))).toBeUndefined()
  const { rolloutState: _, ...classic } = deployment()
  expect(deploymentInProgress(seen(classic, earlier()))).toBeDefined()
  expect(deploymentInProgress(seen(classic))).toBeUndefined()
})

test('the deployment that a service was made with is no conflict, and any later one is', () => {
  const made = (deploymentAt: number, ...others: object[]): Service => ({
    createdAt: new Date(1_000_000),
    deployments: [{ ...deployment(), createdAt: new Date(deploymentAt) }, ...others] as never,
  })
  expect(deploymentInProgress(made(1_000_400))).toBeUndefined()
  expect(deploymentInProgress(made(1_030_000))).toBeDefined()
  expect(deploymentInProgress(made(1_000_400, earlier()))).toBeDefined()
})

test('looks are frequent at first, and never more than ten seconds apart (peer: DTD 872 waits up to ten minutes)', () => {
  expect([0, 59_999, 60_000, 300_000, 600_000, 3_600_000].map(pauseAfter)).toEqual([
    2000, 2000, 3000, 5000, 10_000, 10_000,
  ])
})

test('calls keep to a rate: a burst at once, then one after the other', async () => {
  const clock = new FakeClock(0)
  const pace = new RateLimiter(clock, { burst: 2, perSecond: 4 })
  for (let call = 0; call < 4; call++) await pace.take()
  expect(clock.slept).toEqual([250, 250])
})

test('lists are cut into batches', () => {
  expect(batches([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
  expect(batches([], 2)).toEqual([])
})
