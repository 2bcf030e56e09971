// `npm run step`, as a person types it: committed bundles, against a cloud that it starts or is given.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ECSClient } from '@aws-sdk/client-ecs'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { type Cloud, startCloud } from '../../rehearsal/cloud/cloud.ts'
import { parseScenario } from '../../rehearsal/cloud/runtimes/simulated/index.ts'
import { BY_TAG, makeService } from '../support/deploy-ecs/ecs-cloud.ts'
import { settled } from '../support/deploy-ecs/settled.ts'

const root = join(import.meta.dirname, '../..')
const SPEED = 50
let folder: string
let cloud: Cloud

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-step-test-'))
  cloud = await startCloud({ runtime: 'simulated', scenario: parseScenario(BY_TAG, 'step'), speed: SPEED })
  const config = {
    region: 'us-east-1',
    endpoint: cloud.url,
    credentials: { accessKeyId: '123456789012', secretAccessKey: 'x' },
  }
  const ecs = new ECSClient(config)
  const clock = { advance: () => settled(ecs, 'web:1') }
  await makeService({ ecs, elb: new ElasticLoadBalancingV2Client(config), clock })
  ecs.destroy()
})
afterAll(async () => {
  await cloud.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Its exit code and all that it printed. `npm run` starts it in the repository, and says in INIT_CWD where the person is. */
function step(...args: string[]): Promise<{ code: number; printed: string }> {
  const env = { ...process.env, INIT_CWD: folder }
  return new Promise((resolve) => {
    const command = ['--', join(root, 'rehearsal/step.ts'), ...args]
    execFile(process.execPath, command, { cwd: root, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), printed: stdout + stderr }),
    )
  })
}

test('runs an action and its post step against a cloud of its own, and prints the outputs', async () => {
  const role = 'role-to-assume=arn:aws:iam::123456789012:role/deploy'
  const { code, printed } = await step('assume-role', role, 'aws-region=eu-west-1', '--runtime', 'simulated')
  expect(printed).toContain('Started a rehearsal cloud at http://127.0.0.1:')
  expect(printed).toContain('── Post Slipway assume role')
  expect(printed).toContain('\naws-account-id=123456789012\n')
  expect(printed).toMatch(/── assume-role: success in [\d.]+ s\n$/)
  expect(code).toBe(0)
})

test('runs a deploy in the cloud that it is given, and reads files of the current folder', async () => {
  const container = { name: 'app', image: 'example.com/web:next', memory: 128, portMappings: [{ containerPort: 80 }] }
  writeFileSync(join(folder, 'task.json'), JSON.stringify({ family: 'web', containerDefinitions: [container] }))
  const inputs = ['cluster=production', 'service=web', 'task-definition=task.json', 'dry-run=true']
  const { code, printed } = await step('deploy-ecs', ...inputs, '--cloud', cloud.url)
  expect(printed).toContain('── Job summary')
  expect(printed).toContain('example.com/web:next')
  expect(printed).toMatch(/── deploy-ecs: success in [\d.]+ s\n$/)
  expect(code).toBe(0)
})

test('ends with 1 where the step is red, and shows its annotations', async () => {
  const { code, printed } = await step('deploy-ecs', 'cluster=production', 'service=nope', '--cloud', cloud.url)
  expect(printed).toContain('\n── error')
  expect(printed).toMatch(/── deploy-ecs: failure in [\d.]+ s\n$/)
  expect(code).toBe(1)
})
