import type { Caller, Members, Operations } from '../../kernel/call.ts'
import { AwsError } from '../../kernel/errors.ts'
import { invalidParameter, scanNotFound } from '../errors.ts'
import { isIndex } from '../manifest.ts'
import type { Image, Repository, Scan } from '../model.ts'
import type { Repositories } from '../repositories.ts'
import { progress, type Scanning, type ScanningConfiguration } from '../scanning.ts'
import { imageId, objects, repositoryName, scopeOf, text } from './input.ts'

/** Operations on scans, and the registry's scanning configuration. */
export function scanOperations(repositories: Repositories, scanning: Scanning, now: () => number): Operations {
  const open = (input: Members, caller: Caller, action: string) => {
    const repository = repositories.open(scopeOf(input, caller), repositoryName(input), caller, action)
    const id = imageId(input['imageId'])
    return { repository, id, image: repositories.image(repository, id) }
  }

  return {
    StartImageScan: async (input, caller) => {
      const { repository, image } = open(input, caller, 'StartImageScan')
      if (scanning.isEnhanced(repository)) throw new AwsError('ValidationException', 'This feature is disabled')
      if (isIndex(image.manifest.mediaType)) {
        throw new AwsError(
          'UnsupportedImageTypeException',
          `The image type of ${image.digest} is not supported: ${image.manifest.mediaType} is an index; scan its images`,
        )
      }
      image.scan = await scanning.begin(repository, image.manifest)
      return { ...named(repository, image), imageScanStatus: status(image.scan, now()) }
    },

    DescribeImageScanFindings: (input, caller) => {
      const { repository, id, image } = open(input, caller, 'DescribeImageScanFindings')
      if (image.scan === undefined) throw scanNotFound(repository, id)
      const summary = completed(image.scan, now())
      return {
        ...named(repository, image),
        imageScanStatus: status(image.scan, now()),
        ...(summary === undefined ? {} : { imageScanFindings: { ...summary, findings: [] } }),
      }
    },

    PutRegistryScanningConfiguration: (input, caller) => {
      const scanType = text(input, 'scanType') ?? 'BASIC'
      if (scanType !== 'BASIC' && scanType !== 'ENHANCED') {
        throw invalidParameter('scanType', 'must satisfy enum value set: [BASIC, ENHANCED]')
      }
      const rules = objects(input, 'rules') as unknown as ScanningConfiguration['rules']
      scanning.configure(caller, { scanType, rules })
      return { registryScanningConfiguration: { scanType, rules } }
    },

    GetRegistryScanningConfiguration: (_input, caller) => ({
      registryId: caller.account,
      scanningConfiguration: scanning.configuration(caller),
    }),
  }
}

/** The scan in DescribeImages. */
export function scanSummary({ scan }: Image, now: number): Members {
  if (scan === undefined) return {}
  const summary = completed(scan, now)
  return {
    imageScanStatus: status(scan, now),
    ...(summary === undefined ? {} : { imageScanFindingsSummary: summary }),
  }
}

function status(scan: Scan, now: number): Members {
  const { status } = progress(scan, now)
  if (status === 'COMPLETE') return { status, description: 'The scan was completed successfully.' }
  return status === 'ACTIVE' ? { status, description: 'Continuous scan is selected for image.' } : { status }
}

function completed(scan: Scan, now: number): Members | undefined {
  const { completedAt, findings } = progress(scan, now)
  if (completedAt === undefined) return undefined
  return {
    imageScanCompletedAt: completedAt,
    vulnerabilitySourceUpdatedAt: completedAt,
    findingSeverityCounts: findings,
  }
}

const named = ({ scope, name }: Repository, { digest }: Image) => ({
  registryId: scope.account,
  repositoryName: name,
  imageId: { imageDigest: digest },
})
