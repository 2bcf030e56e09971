import type { Caller, Members, Operations } from '../../kernel/call.ts'
import { AwsError } from '../../kernel/errors.ts'
import { isIndex } from '../manifest.ts'
import type { Image, Repository } from '../model.ts'
import { scanNotFound } from '../refusals.ts'
import type { Repositories } from '../repositories.ts'
import { imageId, repositoryName, scopeOf } from './input.ts'

/** How long a basic scan takes, in the cloud's time. */
const SCAN_MS = 5000

/** Basic scans. The rehearsal looks for no vulnerabilities, so a scan ends, and finds none. */
export function scanOperations(repositories: Repositories, now: () => number): Operations {
  const open = (input: Members, caller: Caller, action: string) => {
    const repository = repositories.open(scopeOf(input, caller), repositoryName(input), caller, action)
    const id = imageId(input['imageId'])
    return { repository, id, image: repositories.image(repository, id) }
  }

  return {
    StartImageScan: (input, caller) => {
      const { repository, image } = open(input, caller, 'StartImageScan')
      if (isIndex(image.manifest.mediaType)) {
        throw new AwsError(
          'UnsupportedImageTypeException',
          `The image type of ${image.digest} is not supported: ${image.manifest.mediaType} is an index; scan its images`,
        )
      }
      image.scan = { startedAt: now() }
      return { ...named(repository, image), imageScanStatus: status(image.scan, now()) }
    },

    DescribeImageScanFindings: (input, caller) => {
      const { repository, id, image } = open(input, caller, 'DescribeImageScanFindings')
      if (image.scan === undefined) throw scanNotFound(repository, id)
      const findings = completed(image.scan, now())
      return {
        ...named(repository, image),
        imageScanStatus: status(image.scan, now()),
        ...(findings === undefined ? {} : { imageScanFindings: { ...findings, findings: [] } }),
      }
    },
  }
}

/** What DescribeImages tells of a scan. */
export function scanSummary({ scan }: Image, now: number): Members {
  if (scan === undefined) return {}
  const findings = completed(scan, now)
  return {
    imageScanStatus: status(scan, now),
    ...(findings === undefined ? {} : { imageScanFindingsSummary: findings }),
  }
}

type Scan = NonNullable<Image['scan']>

const isComplete = ({ startedAt }: Scan, now: number) => now >= startedAt + SCAN_MS

const status = (scan: Scan, now: number) =>
  isComplete(scan, now)
    ? { status: 'COMPLETE', description: 'The scan was completed successfully.' }
    : { status: 'IN_PROGRESS' }

function completed(scan: Scan, now: number): Members | undefined {
  if (!isComplete(scan, now)) return undefined
  const at = new Date(scan.startedAt + SCAN_MS)
  return { imageScanCompletedAt: at, vulnerabilitySourceUpdatedAt: at, findingSeverityCounts: {} }
}

const named = ({ scope, name }: Repository, { digest }: Image) => ({
  registryId: scope.account,
  repositoryName: name,
  imageId: { imageDigest: digest },
})
