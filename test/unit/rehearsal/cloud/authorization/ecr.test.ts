// https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html names what a push needs.
import { registryAccess } from '../../../../../rehearsal/cloud/authorization/ecr.ts'

const REGISTRY = { account: '123456789012', region: 'eu-west-1' }

test.each([
  ['HEAD', 'blob', ['ecr:BatchCheckLayerAvailability']],
  ['POST', 'upload', ['ecr:InitiateLayerUpload']],
  ['PATCH', 'upload', ['ecr:UploadLayerPart']],
  ['PUT', 'upload', ['ecr:UploadLayerPart', 'ecr:CompleteLayerUpload']],
  ['PUT', 'manifest', ['ecr:PutImage']],
  ['HEAD', 'manifest', ['ecr:BatchGetImage']],
  ['GET', 'blob', ['ecr:GetDownloadUrlForLayer']],
  ['GET', 'base', []],
])('%s of a %s needs %j', (method, what, actions) => {
  const needed = registryAccess({ method, what, repository: 'team/web' }, REGISTRY)
  expect(needed.map(({ action }) => action)).toEqual(actions)
  for (const { resource } of needed) expect(resource).toBe('arn:aws:ecr:eu-west-1:123456789012:repository/team/web')
})

test('a request that is not known is an error', () => {
  expect(() => registryAccess({ method: 'DELETE', what: 'manifest', repository: 'web' }, REGISTRY)).toThrow(
    'It is not known what DELETE of manifest needs in ECR.',
  )
})
