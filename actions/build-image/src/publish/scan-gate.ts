import type { ImageScanFindings } from '@aws-sdk/client-ecr'
import { awsError } from '../../../../toolkit/aws.ts'
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

/** How many findings there are of each severity, in ECR's words. */
export type Findings = Readonly<Record<string, number>>

/**
 * How long a scan has to stay without findings before it is believed, in milliseconds: its findings may come after it calls
 * itself complete. Enhanced scanning calls itself active from the beginning.
 */
const EMPTY_MS = { COMPLETE: 10_000, ACTIVE: 30_000 }

/** @throws InputError when nothing would be scanned. That is known before anything is created, built or pushed. */
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
    hint: 'Leave it out, or push to ECR too.',
  })

/**
 * Waits for ECR's scan of the image, and lets nothing pass that is as bad as the gate says. The image is pushed by then, but
 * no tag stands for it: nobody deploys it by accident. @throws SlipwayError with what was found.
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

/** Basic scanning refuses an index, so its images are scanned one by one. */
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
      // Not scanned on push: asked for once. Where enhanced scanning is on ECR refuses, and scans by itself.
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
          hint: 'Basic scanning knows few operating systems. Leave `scan-gate` out for this image, or turn enhanced scanning on.',
        },
      )
    }
    if (status !== 'COMPLETE' && status !== 'ACTIVE') return undefined
    // A scan may call itself complete before its findings are there: only what is read twice alike is believed.
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
