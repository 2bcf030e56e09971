import { ecrRegistry, parseImage } from '../../../../actions/deploy-ecs/src/task-definition/shipped-image.ts'

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
