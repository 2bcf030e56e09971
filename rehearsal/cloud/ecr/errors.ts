import type { Caller } from '../kernel/call.ts'
import { AwsError } from '../kernel/errors.ts'
import type { ImageId, Repository } from './model.ts'

// ECR's error messages, of the API and of the registry.

const within = ({ name, scope }: Repository) =>
  `the repository with name '${name}' in the registry with id '${scope.account}'`

const id = ({ imageDigest, imageTag }: ImageId) =>
  `{imageDigest:'${imageDigest ?? 'null'}', imageTag:'${imageTag ?? 'null'}'}`

export const invalidParameter = (member: string, constraint: string) =>
  new AwsError(
    'InvalidParameterException',
    `Invalid parameter at '${member}' failed to satisfy constraint: '${constraint}'`,
  )

export const repositoryNotFound = (name: string, account: string) =>
  new AwsError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${account}'`,
  )

export const repositoryExists = (name: string, account: string) =>
  new AwsError(
    'RepositoryAlreadyExistsException',
    `The repository with name '${name}' already exists in the registry with id '${account}'`,
  )

export const repositoryNotEmpty = ({ name, scope }: Repository) =>
  new AwsError(
    'RepositoryNotEmptyException',
    `The repository with name '${name}' in registry with id '${scope.account}' cannot be deleted because it still contains images`,
  )

export const imageNotFound = (repository: Repository, image: ImageId) =>
  new AwsError(
    'ImageNotFoundException',
    `The image with imageId ${id(image)} does not exist within ${within(repository)}`,
  )

export const imageExists = (repository: Repository, digest: string, tag: string | undefined) =>
  new AwsError(
    'ImageAlreadyExistsException',
    `Image with digest '${digest}' and tag '${tag ?? 'null'}' already exists in ${within(repository)}`,
  )

export const tagExists = ({ name }: Repository, tag: string) =>
  new AwsError(
    'ImageTagAlreadyExistsException',
    `The image tag '${tag}' already exists in the '${name}' repository and cannot be overwritten because the tag is immutable.`,
  )

export const layersNotFound = (repository: Repository, digests: readonly string[]) =>
  new AwsError(
    'LayersNotFoundException',
    `Layers with digests '${digests.join(', ')}' required for pushing image into ${within(repository)} could not be found`,
  )

export const digestDoesNotMatch = (given: string, actual: string) =>
  new AwsError(
    'ImageDigestDoesNotMatchException',
    `The image digest '${given}' is not that of the manifest, which is '${actual}'`,
  )

export const policyNotFound = ({ name, scope }: Repository) =>
  new AwsError(
    'RepositoryPolicyNotFoundException',
    `Repository policy does not exist for the repository with name '${name}' in the registry with id '${scope.account}'`,
  )

export const lifecyclePolicyNotFound = ({ name, scope }: Repository) =>
  new AwsError(
    'LifecyclePolicyNotFoundException',
    `Lifecycle policy does not exist for the repository with name '${name}' in the registry with id '${scope.account}'`,
  )

export const scanNotFound = (repository: Repository, image: ImageId) =>
  new AwsError(
    'ScanNotFoundException',
    `Image scan does not exist for the image with '${id(image)}' in ${within(repository)}`,
  )

export const accessDenied = ({ arn }: Pick<Caller, 'arn'>, action: string, resource: string) =>
  new AwsError(
    'AccessDeniedException',
    `User: ${arn} is not authorized to perform: ecr:${action} on resource: ${resource} because no resource-based policy allows the ecr:${action} action`,
  )
