import type { ImageScanFindings } from '@aws-sdk/client-ecr'
import { awsError } from '../../../../toolkit/aws/aws-error.ts'
import { InputError, SlipwayError } from '../../../../toolkit/errors.ts'
import { formatRepository } from '../../../../toolkit/image-reference.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import { poll } from '../../../../toolkit/poll.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { Image } from '../image/image.ts'
import { isIndex, readIndex } from '../image/oci.ts'
import { type Inputs, type ScanGate, SEVERITIES } from '../inputs/inputs.ts'
import { type EcrRegistry, registryId } from '../registry/ecr.ts'
import type { ReadyDestination } from '../registry/ready-destination.ts'
import type { Registries } from '../registry/registries.ts'

/** Number of findings by severity, as ECR names it. */
export type Findings = Readonly<Record<string, number>>

/**
 * Milliseconds that a scan must stay without findings to count as clean, by its status: findings may appear after COMPLETE.
 * Enhanced scanning is ACTIVE from the beginning.
 */
const EMPTY_MS = { COMPLETE: 10_000, ACTIVE: 30_000 }

/** @throws InputError when no destination is scanned. Checked before anything is created, built or pushed. */
export async function refuseUnscanned(
  { scanGate, destinations }: Pick<Inputs, 'scanGate' | 'destinations'>,
  registries: Registries,
): Promise<void> {
  if (scanGate === undefined) return
  const opened = await Promise.all(destinations.map(({ repository }) => registries.at(repository.host)))
  if (!opened.some(({ ecr }) => ecr?.describable)) throw unscanned()
}

const unscanned = () =>
  new InputError('scan-gate', 'is set, but none of the repositories is in a private ECR registry.', {
    hint: 'Remove it, or push to ECR too.',
  })

/**
 * Waits for ECR's scan of the image. The image is pushed by then, but without a tag, so that it is not deployed by accident.
 * @throws SlipwayError with the findings when one has the severity of the gate or a higher one.
 */
export async function scanGate(
  gate: ScanGate,
  image: Image,
  destinations: readonly ReadyDestination[],
  world: World,
): Promise<Findings> {
  const destination = destinations.find(({ ecr }) => ecr?.describable)
  if (destination?.ecr === undefined) throw unscanned()
  const repository = formatRepository(destination.repository)
  const total: Record<string, number> = {}
  const { ecr } = destination
  const scans = await inParallel(await scannable(image), 4, (digest) =>
    awaitScan(ecr, destination.repository.path, digest, gate.timeoutMs, world),
  )
  for (const findings of scans) {
    for (const [severity, count] of Object.entries(findings)) total[severity] = (total[severity] ?? 0) + count
  }
  const summary =
    Object.entries(total)
      .map(([severity, count]) => `${count} ${severity.toLowerCase()}`)
      .join(', ') || 'nothing'
  world.log.info(`ECR's scan found ${summary}.`)
  const stops = SEVERITIES.slice(SEVERITIES.indexOf(gate.severity)).some(
    (severity) => (total[severity.toUpperCase()] ?? 0) > 0,
  )
  if (stops) {
    throw new SlipwayError(
      `ECR's scan of ${repository}@${image.digest} found ${summary}; \`scan-gate\` is ${gate.severity}.`,
      {
        hint: 'No tag was moved. Update the base image and packages; the ECR console lists the findings.',
      },
    )
  }
  return total
}

/** The digests to scan: basic scanning refuses an index, so each of its images is scanned. */
async function scannable(image: Image): Promise<readonly string[]> {
  const top = await image.source.manifest(image.digest)
  if (!isIndex(top.mediaType)) return [image.digest]
  return readIndex(top.bytes, image.source.name)
    .manifests.filter(({ platform }) => platform?.os !== 'unknown')
    .map(({ digest }) => digest)
}

async function awaitScan(
  ecr: EcrRegistry,
  repositoryName: string,
  digest: string,
  timeoutMs: number,
  world: World,
): Promise<Findings> {
  const { StartImageScanCommand } = await import('@aws-sdk/client-ecr')
  let previous: { readonly seen: string; readonly since: number } | undefined
  let started = false
  const of = { ...registryId(ecr), repositoryName, imageId: { imageDigest: digest } }

  const look = async (): Promise<Findings | undefined> => {
    const scan = await describeScan(ecr, of, world.signal)
    if (scan === undefined) {
      // Not scanned on push: start a scan, once. With enhanced scanning ECR refuses that, and scans by itself.
      if (!started)
        await ecr.client.send(new StartImageScanCommand(of)).catch((error) => world.log.debug(String(error)))
      started = true
      return undefined
    }
    const { status, description, findings } = scan
    if (status === 'FAILED' || status === 'UNSUPPORTED_IMAGE' || status === 'SCAN_ELIGIBILITY_EXPIRED') {
      throw new SlipwayError(
        `ECR could not scan ${repositoryName}@${digest}: ${status}${description === '' ? '' : `, ${description}`}.`,
        {
          hint: 'Basic scanning supports few operating systems. Remove `scan-gate` for this image, or enable enhanced scanning.',
        },
      )
    }
    if (status !== 'COMPLETE' && status !== 'ACTIVE') return undefined
    // Findings may appear after COMPLETE, so only findings that are read twice alike count.
    const seen = JSON.stringify(Object.entries(findings).sort())
    const now = world.clock.now()
    if (seen !== previous?.seen) {
      previous = { seen, since: now }
      return undefined
    }
    const empty = Object.keys(findings).length === 0
    return empty && now - previous.since < EMPTY_MS[status] ? undefined : findings
  }
  return poll(look, {
    clock: world.clock,
    signal: world.signal,
    timeoutMs,
    delayMs: (count) => Math.min(10_000, 1000 * count),
    what: `ECR's scan of ${repositoryName}@${digest}`,
  })
}

async function describeScan(
  ecr: EcrRegistry,
  of: { repositoryName: string; imageId: { imageDigest: string } },
  signal: AbortSignal,
): Promise<{ status: string; description: string; findings: Findings } | undefined> {
  const { DescribeImageScanFindingsCommand } = await import('@aws-sdk/client-ecr')
  try {
    const answer = await ecr.client.send(new DescribeImageScanFindingsCommand(of), { abortSignal: signal })
    const found: ImageScanFindings = answer.imageScanFindings ?? {}
    return {
      status: answer.imageScanStatus?.status ?? '',
      description: answer.imageScanStatus?.description ?? '',
      findings: Object.fromEntries(
        Object.entries(found.findingSeverityCounts ?? {}).map(([key, count]) => [key, count ?? 0]),
      ),
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'ScanNotFoundException') return undefined
    throw awsError(
      error,
      `read the scan of ${of.repositoryName}@${of.imageId.imageDigest} (ecr:DescribeImageScanFindings)`,
    )
  }
}
