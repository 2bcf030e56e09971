// `datadog-tags: auto`, and what the deploy record says of the code that runs.
import { DescribeServicesCommand, DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs'
import type { DeployRecord } from '../../../toolkit/deploy-record.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

const [FIRST, SECOND] = ['1'.repeat(40), '2'.repeat(40)]
const image = (digit: string) => `example.com/web@sha256:${digit.repeat(64)}`
const tags = { environment: 'production', 'datadog-tags': 'auto' }
let cloud: EcsCloud
beforeEach(async () => {
  cloud = await startEcsCloud()
  await makeService(cloud)
})
afterEach(async () => {
  await cloud.close()
})

async function runningVersion() {
  const { services } = await cloud.ecs.send(new DescribeServicesCommand({ cluster: 'production', services: ['web'] }))
  const [{ taskDefinition = '' } = {}] = services ?? []
  const described = await cloud.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))
  const [container] = described.taskDefinition?.containerDefinitions ?? []
  return container?.environment?.find(({ name }) => name === 'DD_VERSION')?.value
}
const at = async (sha: string, inputs: Record<string, string>) => {
  const { outputs, error } = await deploy(cloud, { ...tags, ...inputs }, { env: { GITHUB_SHA: sha } })
  expect(error).toBeUndefined()
  return (outputs['deploy-record'] as DeployRecord).services[0]
}

test('a new image has the commit as its version, and a rollback the version that it goes back to', async () => {
  expect(await at(FIRST, { image: image('a') })).toMatchObject({ started: true, version: FIRST, commit: FIRST })
  expect(await at(SECOND, { image: image('b') })).toMatchObject({ version: SECOND, previousVersion: FIRST })
  const back = await at(SECOND, { command: 'rollback', 'datadog-tags': 'none' })
  expect(back).toMatchObject({ started: true, version: FIRST, commit: FIRST, previousVersion: SECOND })
  expect(back?.runs).toBe(back?.taskDefinition)
  expect(await runningVersion()).toBe(FIRST)
})

test('the same image keeps its version at another commit, and no task is replaced', async () => {
  await at(FIRST, { image: image('a') })
  expect(await at(SECOND, { image: image('a') })).toMatchObject({ started: false, version: FIRST })
  expect(await runningVersion()).toBe(FIRST)
})
