// The AWS services that a deploy only asks a little of, where all is there that it asks for.
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { jsonService } from '../../../rehearsal/cloud/kernel/protocol/json.ts'
import { queryService } from '../../../rehearsal/cloud/kernel/protocol/query.ts'
import type { Service } from '../../../rehearsal/cloud/kernel/service.ts'

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
}
const CONFIGURATION = `sha256:${'c'.repeat(64)}`

/** Every image, role, secret, parameter and log group exists, but images of `hub/`, which a cache fetches. What one may look like for real is moto's to say. */
export const besides = () =>
  ({
    ecr: jsonService({
      DescribeImages: ({ repositoryName }) => {
        if (String(repositoryName).startsWith('hub/'))
          throw new AwsError('RepositoryNotFoundException', 'The repository does not exist.')
        return { imageDetails: [{ imageDigest: `sha256:${'a'.repeat(64)}` }] }
      },
      BatchGetImage: () => ({ images: [{ imageManifest: JSON.stringify({ config: { digest: CONFIGURATION } }) }] }),
      // Without an address: the image says nothing about its code.
      GetDownloadUrlForLayer: ({ layerDigest }) => ({ layerDigest }),
      DescribePullThroughCacheRules: () => ({ pullThroughCacheRules: [{ ecrRepositoryPrefix: 'hub' }] }),
    }),
    logs: jsonService({
      GetLogEvents: () => ({ events: [{ message: 'Error: no database' }], nextForwardToken: 'f/1' }),
      DescribeLogGroups: ({ logGroupNamePrefix }) => ({ logGroups: [{ logGroupName: logGroupNamePrefix }] }),
    }),
    iam: queryService('https://iam.amazonaws.com/doc/2010-05-08/', {
      GetRole: ({ RoleName }, { account }) => ({
        Role: {
          Path: '/',
          RoleName,
          RoleId: 'AROAEXAMPLE',
          Arn: `arn:aws:iam::${account}:role/${RoleName}`,
          CreateDate: '2026-01-01T00:00:00Z',
          AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(TRUST)),
        },
      }),
    }),
    secretsmanager: jsonService({
      DescribeSecret: ({ SecretId }) => ({ ARN: SecretId, VersionIdsToStages: { one: ['AWSCURRENT'] } }),
    }),
    ssm: jsonService({
      DescribeParameters: ({ ParameterFilters }) => {
        const filters = ParameterFilters as readonly { readonly Values: readonly string[] }[]
        return { Parameters: filters.flatMap(({ Values }) => Values).map((Name) => ({ Name })) }
      },
    }),
  }) satisfies Readonly<Record<string, Service>>
