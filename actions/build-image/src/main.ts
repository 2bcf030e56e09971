import { inRegion } from '../../../toolkit/aws/region.ts'
import { SlipwayError } from '../../../toolkit/errors.ts'
import { reportIdleInputs } from '../../../toolkit/idle-inputs.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { counted } from '../../../toolkit/text/counted.ts'
import { type BuildOutcome, buildOrReuse } from './build/build-or-reuse.ts'
import { findPromoted } from './build/find-promoted.ts'
import { tagInEngine } from './build/tag-in-engine.ts'
import { testImage } from './build/test-image.ts'
import type { Image } from './image/image.ts'
import { type PlatformImage, readPlatformImages } from './image/platform-images.ts'
import { formatSize } from './image/size.ts'
import { secretTexts } from './inputs/build-secrets.ts'
import { type Inputs, readInputs } from './inputs/inputs.ts'
import { lookUpImage } from './look-up-image.ts'
import { checkEcrAccount } from './publish/check-ecr-account.ts'
import { addContentTag, moveContentTag } from './publish/content-tag.ts'
import { copyToAll } from './publish/copy-to-all.ts'
import { preflight } from './publish/preflight.ts'
import { previousImage } from './publish/previous-image.ts'
import { refuseUnscanned, scanGate } from './publish/scan-gate.ts'
import { refuseTakenTags, tagAll } from './publish/tags.ts'
import { Registries } from './registry/registries.ts'
import { reportLocal, reportPublished } from './report/outputs.ts'
import { Stages } from './runner/stages.ts'
import { makeTemporaryFolder, type TemporaryFolder } from './runner/temporary-folder.ts'
import { contentTag } from './sources/content-hash.ts'
import { readSources, type Sources } from './sources/sources.ts'

/** Read, check, build or find, test, push, scan, tag, report. */
export async function main(world: World): Promise<void> {
  const inputs = readInputs(world.env)
  reportIdleInputs(world.log, inputs.idle)
  maskSecrets(inputs, world)
  if (inputs.promote !== undefined && !inputs.push) {
    return lookUpImage(inputs.promote, inputs, inRegion(world, inputs.region))
  }
  const temporary = await makeTemporaryFolder(world)
  try {
    await buildAndPush(inputs, temporary, inRegion(world, inputs.region))
  } finally {
    await temporary.discard()
  }
}

async function buildAndPush(inputs: Inputs, temporary: TemporaryFolder, world: World): Promise<void> {
  const startedAt = world.clock.now()
  const stages = new Stages(world)
  const registries = new Registries(world, inputs.login)

  if (inputs.push) await checkEcrAccount(inputs, inputs.destinations, registries, world)
  await refuseUnscanned(inputs, registries)
  // Before preflight, which may create a repository: a fault in the sources or in `promote` must create nothing.
  const wanted = await findWanted(inputs, registries, stages, world)
  const destinations = inputs.push
    ? await stages.run('Check the registries', () =>
        preflight(inputs.destinations, registries, inputs.createRepository, world),
      )
    : []
  const outcome =
    wanted.kind === 'promoted'
      ? wanted
      : await buildOrReuse({ ...wanted, inputs, destinations, registries, stages, temporary }, world)
  await test(inputs, outcome, stages, world)
  if (!inputs.push && outcome.kind === 'built') {
    const references = await tagInEngine(outcome.built, inputs.destinations, world)
    return reportLocal(references, world)
  }

  const { image, platforms } = await stages.run('Pack', () => pack(outcome, inputs.maxSize, world))
  refuseTakenTags(destinations, image.digest)
  const published = await stages.run('Push', () => copyToAll(image, destinations, world.log))
  const gate = inputs.scanGate
  const findings = gate && (await stages.run('Scan', () => scanGate(gate, image, destinations, world)))
  const previous = await previousImage(image.digest, destinations)
  const references = await stages.run('Tag', async () => {
    const tag = outcome.contentHash && contentTag(outcome.contentHash)
    const putContentTag = inputs.skipUnchanged ? addContentTag : moveContentTag
    const contentReferences = tag ? await putContentTag(tag, image, destinations, world.log) : []
    return [...(await tagAll(image, destinations, world.log)), ...contentReferences]
  })
  await reportPublished(
    { outcome, image, platforms, previous, published, references, findings, stages: stages.done, startedAt },
    world,
  )
}

type Wanted = (BuildOutcome & { readonly kind: 'promoted' }) | { readonly kind: 'sources'; readonly sources: Sources }

async function findWanted(
  { promote, build }: Inputs,
  registries: Registries,
  stages: Stages,
  world: World,
): Promise<Wanted> {
  if (promote === undefined) {
    return { kind: 'sources', sources: await stages.run('Read the sources', () => readSources(build, world)) }
  }
  const existing = await stages.run('Find the image to promote', () => findPromoted(promote, registries))
  world.log.info(`Promoting ${existing.repository}@${existing.digest}.`)
  return { kind: 'promoted', existing, contentHash: undefined }
}

async function test({ testCommand }: Inputs, outcome: BuildOutcome, stages: Stages, world: World): Promise<void> {
  if (testCommand === undefined) return
  if (outcome.kind !== 'built') return world.log.info('Not tested again: this image was tested before it was pushed.')
  await stages.run('Test', async () => testImage(testCommand, await outcome.built.local(), world))
}

/** The image in the bytes that registries get, and its images by platform. @throws SlipwayError when it exceeds `max-size`. */
async function pack(
  outcome: BuildOutcome,
  maxSize: number | undefined,
  { log }: World,
): Promise<{ image: Image; platforms: readonly PlatformImage[] }> {
  const image: Image = outcome.kind === 'built' ? await outcome.built.pack() : outcome.existing
  const platforms = await readPlatformImages(image)
  for (const { platform, size, layers } of platforms) {
    log.info(`${platform === '' ? image.digest : platform}: ${formatSize(size)} in ${counted(layers.length, 'layer')}`)
    if (maxSize === undefined || size <= maxSize) continue
    throw new SlipwayError(
      `The image is ${formatSize(size)}${platform === '' ? '' : ` for ${platform}`}, and \`max-size\` is ${formatSize(maxSize)}.`,
      {
        hint: 'Nothing was pushed. Build in stages and copy only what runs, list more in .dockerignore, or raise `max-size`.',
      },
    )
  }
  return { image, platforms }
}

function maskSecrets({ build, login }: Inputs, { log }: World): void {
  if (login !== undefined) log.mask(login.password)
  for (const text of build.secrets.flatMap(secretTexts)) log.mask(text)
}
