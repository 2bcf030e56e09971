// https://docs.aws.amazon.com/service-authorization/latest/reference/list_ecr.html
import type { AccessRequest } from '../iam/decide.ts'
import { formatArn } from '../kernel/arn.ts'
import type { Scope } from '../kernel/call.ts'
import { type AccessTable, type Asked, list, on, requestTags, text, texts } from './access.ts'

const arnOf = (scope: Scope, name: string) => formatArn('ecr', scope, `repository/${name}`)

const registryOf = ({ scope, input }: Asked): Scope => ({
  ...scope,
  account: text(input, 'registryId') || scope.account,
})

const onRepository = (action: string) => (asked: Asked) =>
  on(`ecr:${action}`, [arnOf(registryOf(asked), text(asked.input, 'repositoryName'))])

const OF_A_REPOSITORY = [
  'BatchCheckLayerAvailability',
  'BatchGetImage',
  'DescribeImageScanFindings',
  'DescribeImages',
  'GetDownloadUrlForLayer',
  'GetLifecyclePolicy',
  'PutImage',
  'PutLifecyclePolicy',
  'StartImageScan',
]

export const ECR_ACCESS: AccessTable = {
  ...Object.fromEntries(OF_A_REPOSITORY.map((action) => [action, onRepository(action)])),
  GetAuthorizationToken: () => on('ecr:GetAuthorizationToken', '*'),
  DescribePullThroughCacheRules: () => on('ecr:DescribePullThroughCacheRules', '*'),
  // Without names it lists all of a registry.
  DescribeRepositories: (asked) => {
    const names = texts(asked.input, 'repositoryNames')
    const arns = (names.length === 0 ? ['*'] : names).map((name) => arnOf(registryOf(asked), name))
    return on('ecr:DescribeRepositories', arns)
  },
  CreateRepository: (asked) => {
    const arn = arnOf(registryOf(asked), text(asked.input, 'repositoryName'))
    const tags = list(asked.input, 'tags')
    return [
      ...on('ecr:CreateRepository', [arn], requestTags(tags)),
      ...(tags.length > 0 ? on('ecr:TagResource', [arn], requestTags(tags)) : []),
    ]
  },
}

/** A request to a registry, as the journal has it. */
export interface RegistryRequest {
  readonly method: string
  /** Kind of its path, such as `manifest`. */
  readonly what: string
  readonly repository: string
}

/**
 * What a request of Docker's registry protocol needs, with the permissions of who got the login:
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
 */
export function registryAccess(
  { method, what, repository }: RegistryRequest,
  registry: Scope,
): readonly AccessRequest[] {
  const actions = REGISTRY[what]?.[method]
  if (actions === undefined) throw new RangeError(`It is not known what ${method} of ${what} needs in ECR.`)
  return actions.flatMap((action) => on(`ecr:${action}`, [arnOf(registry, repository)]))
}

const REGISTRY: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  // The login's own check, of no repository.
  base: { GET: [], HEAD: [] },
  manifest: { GET: ['BatchGetImage'], HEAD: ['BatchGetImage'], PUT: ['PutImage'] },
  blob: { HEAD: ['BatchCheckLayerAvailability'], GET: ['GetDownloadUrlForLayer'] },
  upload: {
    POST: ['InitiateLayerUpload'],
    PATCH: ['UploadLayerPart'],
    // The last part may come with the end.
    PUT: ['UploadLayerPart', 'CompleteLayerUpload'],
    GET: ['UploadLayerPart'],
    DELETE: [],
  },
}
