import { AwsCalls } from '../../../../actions/deploy-ecs/src/aws/aws-calls.ts'
import { checkImage } from '../../../../actions/deploy-ecs/src/task-definition/check-image.ts'
import { expectedDigest } from '../../../../actions/deploy-ecs/src/task-definition/shipped-image.ts'
import { FakeClock } from '../../../support/clock.ts'

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
  const checked = await checkImage({ aws, env: {}, region: 'eu-west-1' }, { container: 'app', image })
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
    return checkImage({ aws, env: {}, region: 'eu-west-1' }, { container: 'app', image })
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
