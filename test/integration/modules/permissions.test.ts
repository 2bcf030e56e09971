// The actions run in the rehearsal with exactly the permissions that ci-access gives their role: the cloud refuses everything
// else, and each permission is used, or justified here by name. The policies in the READMEs are held against the same calls.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { CreateRepositoryCommand, ECRClient, SetRepositoryPolicyCommand } from '@aws-sdk/client-ecr'
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { main as buildImage } from '../../../actions/build-image/src/main.ts'
import { decide } from '../../../rehearsal/cloud/iam/decide.ts'
import { parsePolicy } from '../../../rehearsal/cloud/iam/policy.ts'
import type { Written } from '../../../rehearsal/cloud/kernel/journal.ts'
import { AccessRecord, EVERYTHING, unusedActions } from '../../support/access/access-record.ts'
import { ACCOUNT, EnforcedStack, type Env, failureOf, REGION } from '../../support/access/enforced-stack.ts'
import { page, policyOfTable } from '../../support/access/readme-policy.ts'
import { actionInputs } from '../../support/action-inputs.ts'
import { type ImageSources, imageSources } from '../../support/build-image/image-sources.ts'
import { removeTestImages } from '../../support/busybox-image.ts'
import { recordingWorld } from '../../support/datadog-event/datadog.ts'
import { deployEverything, makeServicesOfAllKinds, TASK_ROLES } from '../../support/deploy-ecs/deploy-everything.ts'
import { startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'
import { runStep, source } from '../../support/run-action.ts'
import { BUCKET, Stack, StateStore } from '../../support/terraform-apply/terraform-stack.ts'

const TEST = 'permissions'
const OTHER = '210987654321'
const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-4bcd-8fab-1234567890ab`

const MAIN = `
  provider "aws" {}
  module "ci_access" {
    source     = "./ci-access"
    repository = "org/web"
    environments = {
      production = {
        clusters             = ["production"]
        log_groups           = ["/web"]
        repositories         = ["web", "hub/*"]
        pull_from            = ["arn:aws:ecr:${REGION}:${OTHER}:repository/web"]
        pass_roles           = ["execution", "task"]
        infrastructure_roles = ["volumes"]
        secrets              = ["web"]
        state                = { bucket = "${BUCKET}", keys = ["web/terraform.tfstate", "env:/blue/web/terraform.tfstate"], kms_key_arn = "${KEY}" }
      }
      plan = {
        pull_requests = true
        state         = { bucket = "${BUCKET}", keys = ["web/terraform.tfstate"], kms_key_arn = "${KEY}", read_only = true }
      }
      chained = { trusted_roles = ["arn:aws:iam::${OTHER}:role/web-deploy-login"] }
    }
  }`

/** Permissions that no call of an action shows, and why they are needed. */
const UNSEEN: Readonly<Record<string, string>> = {
  'ReadEnhancedScans inspector2:ListCoverage':
    'ECR calls Inspector in DescribeImageScanFindings with the permissions of the role',
  'ReadEnhancedScans inspector2:ListFindings': 'as above',
  'EncryptIt kms:Decrypt': 'S3 decrypts what is read. The request does not name the key',
}

let roles: EnforcedStack
let sources: ImageSources
const records = {
  chain: new AccessRecord(),
  build: new AccessRecord(),
  apply: new AccessRecord(),
  deploy: new AccessRecord(),
}
const before = { ...process.env }

beforeAll(async () => {
  roles = await EnforcedStack.start(MAIN, ['production', 'plan', 'chained'])
  sources = imageSources(TEST, ['CMD ["busybox", "true"]'])
})
afterAll(async () => {
  process.env = before
  await roles.close()
  sources.remove()
  await removeTestImages(TEST)
})

test('assume-role: a job gets the role that trusts it, and no other', async () => {
  const refused = await roles.job('production', 'repo:org/web:environment:stage')
  expect(refused.log).toContain('Not authorized to perform sts:AssumeRoleWithWebIdentity')
  const plan = await roles.job('plan', 'repo:org/web:pull_request')
  expect(plan.env['AWS_ACCESS_KEY_ID']).toMatch(/^ASIA/)
})

test('assume-role: a login role assumes the role that trusts it, with the policy in docs/accounts-and-roles.md', async () => {
  const [, actions, resources] =
    /"into_prod" \{\s+statement \{\s+actions += (\[.*\])\s+resources = (\[.*\])/.exec(
      page('docs/accounts-and-roles.md'),
    ) ?? []
  const Resource = JSON.parse(
    resources?.replace('222222222222:role/web-deploy-prod', `${ACCOUNT}:role/web-deploy-chained`) ?? '',
  )
  const Statement = [{ Sid: 'IntoProd', Effect: 'Allow', Action: JSON.parse(actions ?? ''), Resource }]
  const documented = parsePolicy(JSON.stringify({ Statement }))
  roles.policies.set('web-deploy-login', [documented])
  roles.record = records.chain
  const chain = (role: string) => roles.assumeRole('chained', { 'role-chaining': 'true' }, roles.session(OTHER, role))
  expect(failureOf(await chain('web-deploy-login'))).toBe('')
  expect((await chain('other')).log).toContain('is not authorized to perform: sts:AssumeRole')
  expect(records.chain.refused).toEqual([])
  expect(unusedActions([documented], [records.chain])).toEqual([])
})

const ecr = (account: string) =>
  new ECRClient({
    endpoint: roles.stack.cloud.url,
    region: REGION,
    credentials: { accessKeyId: account, secretAccessKey: 'x' },
  })

/** Creates a repository. Returns its URI. */
async function repository(account: string, repositoryName: string): Promise<string> {
  const client = ecr(account)
  const made = await client.send(new CreateRepositoryCommand({ repositoryName }))
  if (account === OTHER) {
    const Statement = [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
        Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      },
    ]
    await client.send(new SetRepositoryPolicyCommand({ repositoryName, policyText: JSON.stringify({ Statement }) }))
  }
  client.destroy()
  return made.repository?.repositoryUri ?? ''
}

const forImages = () => ({ SOURCE_DATE_EPOCH: '1700000000', RUNNER_TEMP: roles.temp, DOCKER_CONFIG: roles.temp })

test('build-image: pushes, promotes from another account and reads scans', async () => {
  const record = records.build
  roles.record = record
  const { env } = await roles.job('production', 'repo:org/web:environment:production')
  const [here, there] = [await repository(ACCOUNT, 'web'), await repository(OTHER, 'web')]
  const build = (inputs: Env, more: Env = env) =>
    runStep(source('build-image'), { inputs: { tags: 'v1', ...inputs }, env: { ...more, ...forImages() } })
  const context = sources.folder

  expect(failureOf(await build({ images: here, context }))).toBe('')
  sources.write('more.txt', 'more')
  const theirs = await build({ images: there, context }, { ...roles.stack.cloud.env, AWS_ACCESS_KEY_ID: OTHER })
  expect(failureOf(theirs)).toBe('')
  expect(failureOf(await build({ promote: theirs.outputs['image'] ?? '', images: here, tags: 'v2' }))).toBe('')
  const base = await build({ images: await repository(ACCOUNT, 'hub/base'), context })
  expect(failureOf(await build({ promote: base.outputs['image'] ?? '', images: here, tags: 'v4' }))).toBe('')
  const elsewhere = await build({ images: `${here}-admin`, context })
  expect(elsewhere.log).toContain('no permission to describe it (ecr:DescribeRepositories)')

  // In this process, where time passes only while the action sleeps.
  const own = actionInputs('build-image', { images: here, context, tags: 'v3', 'scan-gate': 'low' })
  Object.assign(process.env, env)
  const sleeper = { now: () => roles.clock.now(), sleep: (ms: number) => roles.clock.advance(ms) }
  const scanned = recordingWorld({ ...process.env, ...forImages(), ...own }, { clock: sleeper })
  await buildImage(scanned.world)
  expect(scanned.lines).toContain("ECR's scan found nothing.")
  const ours = ({ role, repository }: Written) => role === 'web-deploy-production' && repository !== 'web-admin'
  record.addRegistry(roles.stack.cloud.journal.entries('registry').filter(ours), REGION, roles.policiesOf('production'))
  expect(record.refused).toEqual([`ecr:DescribeRepositories on arn:aws:ecr:${REGION}:${ACCOUNT}:repository/web-admin`])

  // The README has what creates repositories, too. That is no permission of the role.
  roles.policies.set('repositories', EVERYTHING)
  const rule = { rulePriority: 1, selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 9 } }
  const creating = {
    images: `${here}-made`,
    context,
    'create-repository': 'true',
    'repository-lifecycle-policy': JSON.stringify({ rules: [{ ...rule, action: { type: 'expire' } }] }),
  }
  // The second run compares the policy.
  for (const tags of ['v1', 'v2']) {
    const made = await build(
      { ...creating, tags },
      { ...roles.stack.cloud.env, ...roles.session(ACCOUNT, 'repositories') },
    )
    expect(failureOf(made)).toBe('')
  }
  const readme = policyOfTable('build-image', (_, part) =>
    part.includes('on `*`') ? '*' : 'arn:aws:ecr:*:repository/*',
  )
  expect(record.requests.filter((request) => decide(request, [readme]).answer !== 'allowed')).toEqual([])
  expect(unusedActions([readme], [record])).toEqual([
    // Another service, which the rehearsal does not have: test/integration/build-image/ecr-public.test.ts.
    'Push to ECR Public; pulling needs none ecr-public:GetAuthorizationToken',
    'Push to ECR Public; pulling needs none sts:GetServiceBearerToken',
    // ECR calls Inspector in DescribeImageScanFindings, with the permissions of who calls ECR.
    '`scan-gate` inspector2:ListCoverage',
    '`scan-gate` inspector2:ListFindings',
  ])
})

test('terraform-apply: plans, applies, and reports drift, in two workspaces, with a key of its own', async () => {
  const record = records.apply
  roles.record = record
  const s3 = new S3Client({
    endpoint: roles.stack.cloud.url,
    region: REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'x' },
  })
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }))
  const web = new Stack(new StateStore(roles.stack.cloud, s3), source('terraform-apply'), 'web', {
    'main.tf': 'resource "terraform_data" "a" {}\noutput "two" { value = 2 }',
  })
  const run = (env: Env, inputs: Env) =>
    web.run({ 'backend-config': `encrypt=true\nkms_key_id=${KEY}`, 'aws-region': REGION, ...inputs }, { env })
  try {
    const plan = await roles.job('plan', 'repo:org/web:pull_request')
    expect(failureOf(await run(plan.env, { command: 'plan' }))).toBe('')
    expect((await run(plan.env, { command: 'apply' })).log).toContain('AccessDenied')
    rmSync(join(web.directory, 'errored.tfstate'))

    const { env } = await roles.job('production', 'repo:org/web:environment:production')
    expect(failureOf(await run(env, { command: 'apply', 'expected-account-id': ACCOUNT }))).toBe('')
    expect(failureOf(await run(env, { command: 'drift' }))).toBe('')
    expect(failureOf(await run(env, { command: 'apply', workspace: 'blue' }))).toBe('')
    // The lock of another run, whose holder is looked up.
    const lock = { Bucket: BUCKET, Key: 'web/terraform.tfstate.tflock' }
    await s3.send(new PutObjectCommand({ ...lock, Body: JSON.stringify({ ID: '1-2', Operation: 'apply' }) }))
    expect((await run(env, { command: 'plan', 'lock-timeout': '0s' })).log).toContain('lock')
    await s3.send(new DeleteObjectCommand(lock))
    expect((await run(env, { command: 'plan', workspace: 'green' })).log).toContain('AccessDenied')
    expect(record.refused.map((one) => one.replace(/errored-.*/, 'errored-…'))).toEqual([
      `s3:PutObject on arn:aws:s3:::${BUCKET}/web/terraform.tfstate`,
      `s3:PutObject on arn:aws:s3:::${BUCKET}/web/terraform.tfstate.errored-…`,
      `s3:PutObject on arn:aws:s3:::${BUCKET}/env:/green/web/terraform.tfstate.tflock`,
      `s3:GetObject on arn:aws:s3:::${BUCKET}/env:/green/web/terraform.tfstate.tflock`,
    ])
  } finally {
    web.remove()
    s3.destroy()
  }
})

test("the table in terraform-apply's README allows what it asks of AWS, and nothing else", () => {
  const record = records.apply
  const key = (suffix: string) => `arn:aws:s3:::${BUCKET}/*web/terraform.tfstate${suffix}`
  const resources: Readonly<Record<string, string>> = {
    "the state's bucket": `arn:aws:s3:::${BUCKET}`,
    '`<key>`': key(''),
    '`<key>.tflock`': key('.tflock'),
    '`<key>.*`': key('.*'),
    'the KMS key in `kms_key_id`': KEY,
  }
  const readme = policyOfTable('terraform-apply', (row) => resources[row] ?? row)
  expect(record.requests.filter((request) => decide(request, [readme]).answer !== 'allowed')).toEqual([])
  // S3 decrypts what is read. The request does not name the key.
  expect(unusedActions([readme], [record])).toEqual(['the KMS key in `kms_key_id` kms:Decrypt'])
})

test('deploy-ecs: deploys, watches, rolls back and stops', async () => {
  const record = records.deploy
  const cloud = await startEcsCloud()
  try {
    await makeServicesOfAllKinds(cloud)
    cloud.intercept = record.guard(() => roles.policiesOf('production'), { rolesOf: () => TASK_ROLES })
    const { green, red, bridged, stored } = await deployEverything(cloud)
    for (const deployed of [green, bridged, stored]) expect(deployed?.error).toBeUndefined()
    expect(red?.summary).toContain('Error: no database')
    expect(record.refused).toEqual([])
  } finally {
    await cloud.close()
  }
})

test('datadog-event asks nothing of AWS', async () => {
  const { cloud } = roles.stack
  const calls = cloud.journal.entries('api').length
  const step = await runStep(source('datadog-event'), {
    inputs: { title: 'Hello', 'api-key': cloud.env['DD_API_KEY'] ?? '' },
    env: { ...cloud.env },
  })
  expect(failureOf(step)).toBe('')
  expect(cloud.journal.entries('datadog')).toEqual([expect.objectContaining({ method: 'POST' })])
  expect(cloud.journal.entries('api')).toHaveLength(calls)
})

test('each permission of a role is used, or is justified by name', () => {
  const seen = Object.values(records)
  expect(unusedActions(roles.policiesOf('production'), seen)).toEqual(Object.keys(UNSEEN).toSorted())
  expect(unusedActions(roles.policiesOf('plan'), seen)).toEqual(['EncryptIt kms:Decrypt'])
})
