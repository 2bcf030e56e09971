import { checkImage } from '../../../../actions/deploy-ecs/src/task-definition/check-image.ts'
import type { ImageToShip } from '../../../../actions/deploy-ecs/src/task-definition/images-to-ship.ts'
import { expectedDigest } from '../../../../actions/deploy-ecs/src/task-definition/shipped-image.ts'
import { describeError } from '../../../../toolkit/errors.ts'
import { type Answer, awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
const digest = `sha256:${'a'.repeat(64)}`
const ONE_IMAGE = 'application/vnd.oci.image.manifest.v1+json'

function check(
  image: string,
  answers: Readonly<Record<string, Answer>>,
  env: Readonly<Record<string, string>> = {},
  input: ImageToShip['input'] = 'image',
) {
  const fake = fakeAws(answers)
  return {
    ...fake,
    checked: checkImage({ aws: fake.aws, env, region: 'eu-west-1' }, { container: 'app', image, input }),
  }
}

const found = (imageManifestMediaType?: string) => ({
  DescribeImages: { imageDetails: [{ imageDigest: digest, imageManifestMediaType }] },
})

test.each([
  ['application/vnd.docker.distribution.manifest.v2+json', digest],
  ['application/vnd.oci.image.manifest.v1+json', digest],
  // ECS reports the digest of the platform that it runs, which is not that of the index.
  ['application/vnd.oci.image.index.v1+json', undefined],
  ['application/vnd.docker.distribution.manifest.list.v2+json', undefined],
  [undefined, undefined],
])('a tag of %s resolves to the digest %s', async (mediaType, expected) => {
  const checked = await check(`${HOST}/web:next`, found(mediaType)).checked
  expect(expectedDigest(checked)).toBe(expected)
  expect(checked.note).toBe(
    `${HOST}/web:next names a tag, which can move to another image at any time. Its digest is ${digest} now. Prefer a digest.`,
  )
})

test.each([
  [`${HOST}/team/web:1`, 'eu-west-1', '123456789012', { imageTag: '1' }],
  [`${HOST}/team/web`, 'eu-west-1', '123456789012', { imageTag: 'latest' }],
  [`${HOST}/team/web:1@${digest}`, 'eu-west-1', '123456789012', { imageDigest: digest }],
  // Another account and region than those of the service.
  [
    '210987654321.dkr.ecr-fips.us-gov-west-1.amazonaws.com/team/web:1',
    'us-gov-west-1',
    '210987654321',
    { imageTag: '1' },
  ],
  ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/web:1', 'cn-north-1', '123456789012', { imageTag: '1' }],
  ['123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu/team/web:1', 'eusc-de-east-1', '123456789012', { imageTag: '1' }],
  ['123456789012.dkr-ecr.eu-west-1.on.aws/team/web:1', 'eu-west-1', '123456789012', { imageTag: '1' }],
])('%s is looked up in %s, account %s', async (image, region, registryId, imageId) => {
  const { checked, calls } = check(image, found(ONE_IMAGE))
  await checked
  const input = { registryId, repositoryName: 'team/web', imageIds: [imageId] }
  expect(calls).toEqual([{ operation: 'DescribeImages', region, input }])
})

test.each(['ARCHIVED', 'ACTIVATING'])('an image that is %s is refused, as it cannot be pulled', async (imageStatus) => {
  const { checked } = check(`${HOST}/web:1`, {
    DescribeImages: { imageDetails: [{ imageDigest: digest, imageStatus }] },
  })
  const error = describeError(await checked.catch((failure: unknown) => failure))
  expect(error).toContain(
    `Input \`image\` has \`${HOST}/web:1\`, which is ${imageStatus} in its repository: it cannot be pulled.`,
  )
  expect(error).toContain('--target-storage-class STANDARD')
})

test('an image that is pinned and exists has no note', async () => {
  const image = `${HOST}/web@${digest}`
  expect(await check(image, found(ONE_IMAGE)).checked).toEqual({ container: 'app', image, input: 'image', digest })
})

test.each(['web:1', 'ghcr.io/a/web:1', 'public.ecr.aws/a/web:1', '127.0.0.1:5000/web:1'])(
  '%s of another registry is not looked up, and its tag has a note',
  async (image) => {
    const { checked, calls } = check(image, {})
    expect(await checked).toEqual({
      ...{ container: 'app', image, input: 'image' },
      note: `${image} names a tag, which can move to another image at any time. Prefer a digest.`,
    })
    expect(calls).toEqual([])
  },
)

test.each(['127.0.0.1:5000/web:1', 'localhost:5000/web:1'])('%s is looked up in an emulator of AWS', async (image) => {
  const { checked, calls } = check(image, found(ONE_IMAGE), { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' })
  await checked
  const input = { repositoryName: 'web', imageIds: [{ imageTag: '1' }] }
  expect(calls).toEqual([{ operation: 'DescribeImages', region: 'eu-west-1', input }])
})

test.each(['', 'WEB', 'web:', 'web@sha256:12', 'web:a:b', 'https://ghcr.io/web'])('%j is refused', async (image) => {
  const { checked, calls } = check(image, {})
  await expect(checked).rejects.toThrow('Input `image` has ')
  expect(calls).toEqual([])
})

test('an image in a repository that the role may not read is not checked, which its note says', async () => {
  const { note } = await check(`${HOST}/web:1`, { DescribeImages: awsError('AccessDeniedException') }).checked
  expect(note).toBe(`${HOST}/web:1 was not checked: the role may not read this repository (ecr:DescribeImages).`)
})

test('a cancelled run ends the check', async () => {
  const { checked, cancel } = check(`${HOST}/web:1`, {
    DescribeImages: () => {
      cancel()
      throw awsError('AbortError')
    },
  })
  await expect(checked).rejects.toMatchObject({ name: 'CancelledError' })
})

describe('an image that does not exist', () => {
  const missing = (error: string, rules: Answer, repository = 'hub/library/nginx') =>
    check(`${HOST}/${repository}:1.29`, {
      DescribeImages: awsError(error),
      DescribePullThroughCacheRules: rules,
    }).checked

  test.each(['ImageNotFoundException', 'RepositoryNotFoundException'])(
    'has a note where a pull-through cache rule fetches it (%s)',
    async (error) => {
      const rules = { pullThroughCacheRules: [{ ecrRepositoryPrefix: 'hub' }] }
      expect(await missing(error, rules)).toEqual({
        ...{ container: 'app', image: `${HOST}/hub/library/nginx:1.29`, input: 'image' },
        note: `${HOST}/hub/library/nginx:1.29 was not checked: it is not in ECR yet. The pull-through cache rule \`hub\` fetches it when the first task pulls it.`,
      })
    },
  )

  test.each([
    ['ImageNotFoundException', 'which does not exist in its repository.'],
    ['RepositoryNotFoundException', 'whose repository does not exist.'],
  ])('is refused for %s where no rule is known', async (error, message) => {
    for (const rules of [{}, awsError('AccessDeniedException')]) {
      const said = await missing(error, rules).catch(describeError)
      expect(said).toContain(`Input \`image\` has \`${HOST}/hub/library/nginx:1.29\`, ${message}`)
      expect(said).toContain('the role needs ecr:DescribePullThroughCacheRules')
    }
  })
})

test.each([
  ['ImageNotFoundException', 'which does not exist in its repository.'],
  ['RepositoryNotFoundException', 'whose repository does not exist.'],
])('%s of an image in a task definition names that input and the container', async (code, problem) => {
  const { checked } = check(`${HOST}/web:gone`, { DescribeImages: awsError(code) }, {}, 'task-definition')
  await expect(checked).rejects.toThrow(
    `Input \`task-definition\` has \`${HOST}/web:gone\` in container \`app\`, ${problem}`,
  )
})
