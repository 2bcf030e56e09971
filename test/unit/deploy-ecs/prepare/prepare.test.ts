import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Deployment, Service } from '@aws-sdk/client-ecs'
import type { Context } from '../../../../actions/deploy-ecs/src/inputs/context.ts'
import { readTaskDefinitionChanges } from '../../../../actions/deploy-ecs/src/inputs/task-definition-changes.ts'
import { prepare } from '../../../../actions/deploy-ecs/src/prepare/prepare.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import { type Answer, awsError, fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'
import { arn, GROUP } from '../../../support/deploy-ecs/observations.ts'

const name = (service: string) => ({ cluster: 'prod', service })
const serviceOf = (serviceName: string, more: Service = {}): Service => ({
  ...{ serviceName, status: 'ACTIVE', desiredCount: 1, taskDefinition: arn(1) },
  serviceArn: `arn:aws:ecs:eu-west-1:123456789012:service/prod/${serviceName}`,
  ...more,
})
const busy: Deployment = { id: 'ecs-svc/1', status: 'PRIMARY', rolloutState: 'IN_PROGRESS', taskDefinition: arn(2) }
const definition = {
  ...{ family: 'web', taskDefinitionArn: arn(1), status: 'ACTIVE' },
  containerDefinitions: [{ name: 'app', image: 'example.com/web:1', portMappings: [{ containerPort: 80 }] }],
}

function run(services: readonly Service[], inputs: object = {}, more: Readonly<Record<string, Answer>> = {}) {
  const fake = fakeAws({
    DescribeServices: { services },
    DescribeTaskDefinition: { taskDefinition: definition },
    ListTasks: { taskArns: [] },
    DescribeTasks: { tasks: [] },
    DescribeTargetHealth: { TargetHealthDescriptions: [] },
    ...more,
  })
  const { log, lines } = fakeLog()
  const context = {
    ...{ aws: fake.aws, clock: fake.clock, signal: fake.aws.signal, log, env: {}, region: 'eu-west-1' },
    inputs: {
      ...{ command: 'deploy', waitFor: 'healthy', onConflict: 'fail', timeoutMs: 60_000, commentLines: [] },
      ...{ services: services.map(({ serviceName = '' }) => name(serviceName)), serviceChanges: {} },
      ...{
        taskDefinitionSource: { kind: 'service' },
        taskDefinitionChanges: readTaskDefinitionChanges(new InputReader({})),
      },
      ...inputs,
    },
  } as unknown as Context
  return { ...fake, lines, plans: prepare(context) }
}

describe('a deployment in progress', () => {
  const deploying = [serviceOf('web', { deployments: [busy] })]

  test('is refused by default, with its revision', async () => {
    const { plans, calls } = run(deploying)
    await expect(plans).rejects.toThrow(
      'Service `prod/web` has a deployment in progress: ecs-svc/1 (web:2, 0/0 running).',
    )
    expect(calls.map(({ operation }) => operation)).toEqual(['DescribeServices'])
  })

  test('is waited for with `on-conflict: wait`, and the service is read after it', async () => {
    const later = serviceOf('web', { runningCount: 3 })
    const DescribeServices: Answer = (_, count) => ({ services: count < 3 ? deploying : [later] })
    const { plans, clock, lines } = run(deploying, { onConflict: 'wait' }, { DescribeServices })
    expect((await plans)[0]?.before).toBe(later)
    expect(clock.slept).toEqual([5_000])
    expect(lines[0]).toMatch(/^info: .*Waiting for it to end\.$/)
  })

  test('is waited for no longer than the time-out', async () => {
    const { plans, clock } = run(deploying, { onConflict: 'wait' })
    await expect(plans).rejects.toThrow('the deployment that was in progress before this one')
    expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBe(60_000)
  })

  test('is superseded with `on-conflict: supersede`, with a warning', async () => {
    const { plans, lines } = run(deploying, { onConflict: 'supersede' })
    expect(await plans).toHaveLength(1)
    expect(lines[0]).toMatch(/^warning: .*This deploy supersedes it/)
  })
})

describe('a file of another family', () => {
  const source = (family: string) => {
    const path = join(mkdtempSync(join(tmpdir(), 'file-')), 'td.json')
    writeFileSync(
      path,
      JSON.stringify({ family, containerDefinitions: [{ name: 'app', image: `web@sha256:${'a'.repeat(64)}` }] }),
    )
    return { taskDefinitionSource: { kind: 'file', path } }
  }

  test('moves the service there with a warning', async () => {
    const { plans, lines } = run([serviceOf('web')], source('api'))
    await plans
    expect(lines).toEqual([
      expect.stringMatching(
        /^warning: Service `prod\/web` runs the family `web`, and the file .* is of the family `api`: this deploy moves the service there\.$/,
      ),
    ])
  })

  test('of the same family has no warning', async () => {
    const { plans, lines } = run([serviceOf('web')], source('web'))
    await plans
    expect(lines).toEqual([])
  })
})

describe('the images of a task definition that an input names', () => {
  const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
  const taskDefinition = {
    ...definition,
    containerDefinitions: [{ name: 'app', image: `${ECR}/web:1` }],
  }
  const digest = `sha256:${'a'.repeat(64)}`
  const imageManifestMediaType = 'application/vnd.oci.image.manifest.v1+json'
  const DescribeImages = { imageDetails: [{ imageDigest: digest, imageManifestMediaType }] }
  const DescribeTaskDefinition = { taskDefinition }
  const file = () => {
    const path = join(mkdtempSync(join(tmpdir(), 'file-')), 'td.json')
    writeFileSync(path, JSON.stringify(taskDefinition))
    return { taskDefinitionSource: { kind: 'file', path } }
  }

  test('are looked for, and compared with what runs', async () => {
    const { plans, lines } = run([serviceOf('web')], file(), { DescribeImages })
    expect((await plans)[0]?.shipped).toMatchObject([{ container: 'app', image: `${ECR}/web:1`, digest }])
    expect(lines).toEqual([expect.stringMatching(/^warning: .*web:1 names a tag/)])
  })

  test('that are not there are refused', async () => {
    const { plans } = run([serviceOf('web')], file(), { DescribeImages: awsError('ImageNotFoundException') })
    await expect(plans).rejects.toThrow(`\`${ECR}/web:1\` in container \`app\`, which does not exist`)
  })

  test('need no warning of their tags where they are registered', async () => {
    const source = { taskDefinitionSource: { kind: 'family', family: 'web' } }
    const { plans, lines } = run([serviceOf('web')], source, { DescribeImages, DescribeTaskDefinition })
    expect((await plans)[0]?.shipped).toHaveLength(1)
    expect(lines).toEqual([expect.stringMatching(/^info: .*web:1 names a tag/)])
  })

  test('are not looked for where the service keeps its own', async () => {
    const { plans, requests } = run([serviceOf('web')], {}, { DescribeTaskDefinition })
    expect((await plans)[0]?.shipped).toEqual([])
    expect(requests('DescribeImages')).toEqual([])
  })
})

test('loads a task definition once that several services run', async () => {
  const { plans, requests } = run([serviceOf('web'), serviceOf('api')])
  expect((await plans).map(({ name: { service }, revision }) => `${service} ${revision.arn}`)).toEqual([
    `web ${arn(1)}`,
    `api ${arn(1)}`,
  ])
  expect(requests('DescribeTaskDefinition')).toHaveLength(1)
})

describe('the calls that the watch needs', () => {
  const balanced = serviceOf('web', {
    loadBalancers: [{ targetGroupArn: GROUP, containerName: 'app', containerPort: 80 }],
  })

  test('are tried before the deploy', async () => {
    const { plans, requests } = run([balanced])
    await plans
    expect(requests('ListTasks')).toHaveLength(1)
    expect(requests('DescribeTargetHealth')).toEqual([{ TargetGroupArn: GROUP }])
    expect(requests('DescribeTasks')).toEqual([{ cluster: 'prod', tasks: ['0'.repeat(32)] }])
  })

  test('are refused with all permissions that are missing', async () => {
    const no = awsError('AccessDeniedException', 'User x is not authorized to perform: ecs:ListTasks')
    const answers = { ListTasks: no, DescribeTasks: no, DescribeTargetHealth: no }
    await expect(run([balanced], {}, answers).plans).rejects.toThrow(
      'The credentials may not call `ecs:ListTasks`, `ecs:DescribeTasks`, `elasticloadbalancing:DescribeTargetHealth`. ' +
        'Could not list the tasks of service `web`. AccessDeniedException: User x is not authorized to perform: ecs:ListTasks',
    )
    await expect(run([balanced], {}, { DescribeTasks: no }).plans).rejects.toThrow('may not call `ecs:DescribeTasks`.')
  })

  test('that fail for another reason are refused with it', async () => {
    const gone = awsError('TargetGroupNotFoundException', 'One or more target groups not found')
    await expect(run([balanced], {}, { DescribeTargetHealth: gone }).plans).rejects.toThrow(
      'Service `prod/web` has a target group that does not exist.',
    )
  })

  test.each(['none', 'started'])('are not tried with `wait-for: %s`', async (waitFor) => {
    const { plans, requests } = run([balanced], { waitFor })
    await plans
    expect(['ListTasks', 'DescribeTasks', 'DescribeTargetHealth'].flatMap(requests)).toEqual([])
  })
})

test('refuses a deploy that ECS could not begin', async () => {
  const bounds = { minimumHealthyPercent: 100, maximumPercent: 134 }
  const service = serviceOf('web', { runningCount: 1, deploymentConfiguration: bounds })
  const image = { image: 'example.com/web:2' }
  const taskDefinitionChanges = readTaskDefinitionChanges(new InputReader({ INPUT_IMAGE: image.image }))
  await expect(run([service], { taskDefinitionChanges }).plans).rejects.toThrow('cannot replace a task')
  await expect(run([service]).plans).resolves.toHaveLength(1)
})
