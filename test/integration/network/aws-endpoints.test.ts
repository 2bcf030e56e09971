// Which host each client of AWS asks the proxy for, as the environment sets it. The proxy leads to none of them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApplicationAutoScalingClient, DescribeScalableTargetsCommand } from '@aws-sdk/client-application-auto-scaling'
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeRegistryCommand } from '@aws-sdk/client-ecr'
import { DescribeClustersCommand } from '@aws-sdk/client-ecs'
import { DescribeRulesCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { findEcr, loginToEcr } from '../../../actions/build-image/src/registry/ecr.ts'
import { loginToEcrPublic } from '../../../actions/build-image/src/registry/ecr-public.ts'
import { awsClients } from '../../../actions/deploy-ecs/src/aws/clients.ts'
import { S3Objects } from '../../../actions/terraform-apply/src/state/s3-objects.ts'
import { checkAccount } from '../../../toolkit/aws/account.ts'
import { awsConfig } from '../../../toolkit/aws/aws-config.ts'
import { recordingWorld } from '../../support/datadog-event/datadog.ts'
import { type Internet, startInternet } from '../../support/internet.ts'

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' }
const REGION = 'us-east-1'
const before = { ...process.env }
let internet: Internet
beforeAll(async () => {
  internet = await startInternet({ 'elsewhere.invalid': () => {} })
})
afterAll(() => internet.close())
afterEach(() => {
  process.env = { ...before }
})

/** The hosts that a call asks for, however often. */
async function hostsOf(
  env: Readonly<Record<string, string>>,
  call: (env: Readonly<Record<string, string>>) => Promise<unknown>,
) {
  const first = internet.unknown.length
  // The SDK reads the kind of its endpoints from the process.
  process.env = { ...before, ...env }
  await call({
    ...KEYS,
    ...env,
    AWS_REGION: REGION,
    AWS_MAX_ATTEMPTS: '1',
    HTTPS_PROXY: internet.env.HTTPS_PROXY,
  }).catch(() => {})
  return [...new Set(internet.unknown.slice(first))]
}

const FIPS = { AWS_USE_FIPS_ENDPOINT: 'true' }
const DUAL_STACK = { AWS_USE_DUALSTACK_ENDPOINT: 'true' }
type Env = Readonly<Record<string, string>>
const clients = (env: Env) => awsClients(awsConfig(env))
const backend = (more: object = {}) => ({ type: 's3', config: { bucket: 'states', region: REGION, ...more } })
const ECR_HOST = '123456789012.dkr.ecr.us-east-1.amazonaws.com'

const loginTo = async (env: Env) => {
  const { world } = recordingWorld(env)
  const ecr = await findEcr(ECR_HOST, world)
  if (ecr !== undefined) await loginToEcr(ecr, world)
}

test.each<[string, (env: Env) => Promise<unknown>, string, string, string]>([
  [
    'ECS',
    (env) => clients(env).ecs.send(new DescribeClustersCommand()),
    'ecs.us-east-1.amazonaws.com',
    'ecs-fips.us-east-1.amazonaws.com',
    'ecs.us-east-1.api.aws',
  ],
  [
    'ELB',
    (env) => clients(env).elb.send(new DescribeRulesCommand()),
    'elasticloadbalancing.us-east-1.amazonaws.com',
    'elasticloadbalancing-fips.us-east-1.amazonaws.com',
    'elasticloadbalancing.us-east-1.api.aws',
  ],
  [
    'ECR',
    (env) => clients(env).ecr(REGION).send(new DescribeRegistryCommand()),
    'api.ecr.us-east-1.amazonaws.com',
    'api.ecr-fips.us-east-1.amazonaws.com',
    'ecr.us-east-1.api.aws',
  ],
  [
    'CloudWatch Logs',
    (env) => clients(env).logs(REGION).send(new DescribeLogGroupsCommand()),
    'logs.us-east-1.amazonaws.com',
    'logs-fips.us-east-1.amazonaws.com',
    'logs.us-east-1.api.aws',
  ],
  [
    'IAM',
    (env) =>
      clients(env)
        .of(IAMClient, REGION)
        .send(new GetRoleCommand({ RoleName: 'web' })),
    'iam.amazonaws.com',
    'iam-fips.amazonaws.com',
    'iam.global.api.aws',
  ],
  [
    'SSM',
    (env) => clients(env).of(SSMClient, REGION).send(new DescribeParametersCommand()),
    'ssm.us-east-1.amazonaws.com',
    'ssm-fips.us-east-1.amazonaws.com',
    'ssm.us-east-1.api.aws',
  ],
  [
    'Application Auto Scaling',
    (env) =>
      clients(env)
        .of(ApplicationAutoScalingClient, REGION)
        .send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' })),
    'application-autoscaling.us-east-1.amazonaws.com',
    'application-autoscaling-fips.us-east-1.amazonaws.com',
    'application-autoscaling.us-east-1.api.aws',
  ],
  [
    'Secrets Manager',
    (env) => clients(env).of(SecretsManagerClient, REGION).send(new ListSecretsCommand()),
    'secretsmanager.us-east-1.amazonaws.com',
    'secretsmanager-fips.us-east-1.amazonaws.com',
    'secretsmanager.us-east-1.amazonaws.com',
  ],
  [
    'STS',
    (env) => clients(env).sts.send(new GetCallerIdentityCommand()),
    'sts.us-east-1.amazonaws.com',
    'sts-fips.us-east-1.amazonaws.com',
    'sts.us-east-1.api.aws',
  ],
  [
    'STS for `expected-account-id`',
    (env) => checkAccount('123456789012', recordingWorld(env).world),
    'sts.us-east-1.amazonaws.com',
    'sts-fips.us-east-1.amazonaws.com',
    'sts.us-east-1.api.aws',
  ],
  [
    'a login to ECR',
    loginTo,
    'api.ecr.us-east-1.amazonaws.com',
    'api.ecr-fips.us-east-1.amazonaws.com',
    'ecr.us-east-1.api.aws',
  ],
  [
    'a login to ECR Public',
    (env) => loginToEcrPublic(recordingWorld(env).world),
    'api.ecr-public.us-east-1.amazonaws.com',
    'api.ecr-public.us-east-1.amazonaws.com',
    'ecr-public.us-east-1.api.aws',
  ],
  [
    'a state in S3',
    (env) => new S3Objects(backend(), env).get('web.tfstate'),
    'states.s3.us-east-1.amazonaws.com',
    'states.s3-fips.us-east-1.amazonaws.com',
    'states.s3.dualstack.us-east-1.amazonaws.com',
  ],
])('asks for the host of %s', async (_, call, plain, fips, dualStack) => {
  expect([await hostsOf({}, call), await hostsOf(FIPS, call), await hostsOf(DUAL_STACK, call)]).toEqual([
    [plain],
    [fips],
    [dualStack],
  ])
})

describe('a profile of the AWS configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-aws-config-'))
  const AWS_CONFIG_FILE = join(folder, 'config')
  writeFileSync(
    AWS_CONFIG_FILE,
    '[default]\nuse_dualstack_endpoint = true\n[profile fips]\nuse_fips_endpoint = true\n[profile plain]\n',
  )
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each<[string, Readonly<Record<string, string>>, string, string]>([
    ['the default one', {}, 'ecs.us-east-1.api.aws', 'states.s3.dualstack.us-east-1.amazonaws.com'],
    [
      'that of AWS_PROFILE',
      { AWS_PROFILE: 'fips' },
      'ecs-fips.us-east-1.amazonaws.com',
      'states.s3-fips.us-east-1.amazonaws.com',
    ],
    [
      'that of AWS_DEFAULT_PROFILE',
      { AWS_DEFAULT_PROFILE: 'fips', AWS_PROFILE: '' },
      'ecs-fips.us-east-1.amazonaws.com',
      'states.s3-fips.us-east-1.amazonaws.com',
    ],
    [
      'without such settings',
      { AWS_PROFILE: 'plain' },
      'ecs.us-east-1.amazonaws.com',
      'states.s3.us-east-1.amazonaws.com',
    ],
  ])('chooses the endpoints: %s', async (_, env, ecs, s3) => {
    const ask = (call: (env: Env) => Promise<unknown>) => hostsOf({ AWS_CONFIG_FILE, ...env }, call)
    expect(await ask((of) => clients(of).ecs.send(new DescribeClustersCommand()))).toEqual([ecs])
    expect(await ask((of) => new S3Objects(backend(), of).get('web.tfstate'))).toEqual([s3])
  })
})

test('a state in S3, by the settings of its backend', async () => {
  const call = (env: Env) =>
    new S3Objects(backend({ use_fips_endpoint: true, use_dualstack_endpoint: true }), env).get('web.tfstate')
  expect(await hostsOf({}, call)).toEqual(['states.s3-fips.dualstack.us-east-1.amazonaws.com'])
})
