import { SlipwayError } from '../../../toolkit/errors.ts'
import { inRegion } from '../../../toolkit/region.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { type Obtained, obtainImage } from './build/build-or-reuse.ts'
import { findPromoted, lookUp } from './build/promote.ts'
import { keepLocally } from './build/tag-in-engine.ts'
import { testImage } from './build/test-image.ts'
import type { Image } from './image/image.ts'
import { imageFacts, type PlatformImage } from './image/platform-images.ts'
import { formatSize } from './image/size.ts'
import { secretTexts } from './inputs/build-secrets.ts'
import { refuseOtherAccount } from './inputs/expected-account.ts'
import { type Inputs, readInputs } from './inputs/inputs.ts'
import { preflight } from './publish/preflight.ts'
import { previousImage } from './publish/previous-image.ts'
import { copyToAll, refuseTakenTags, remember, renew, tagAll } from './publish/publish.ts'
import { refuseUnscanned, scanGate } from './publish/scan-gate.ts'
import { http } from './registry/http.ts'
import { Registries } from './registry/registries.ts'
import { reportLocal, reportPublished } from './report/report.ts'
import { Stages } from './runner/stages.ts'
import { makeTemporary, type Temporary } from './runner/temporary-folder.ts'
import { contentTag } from './sources/content-hash.ts'
import { readSources } from './sources/sources.ts'

/** Read, check, find or build, test, push, scan, tag, confirm, report. */
export async function main(world: World): Promise<void> {
  const inputs = readInputs(world.env)
  maskSecrets(inputs, world)
  if (inputs.promote !== undefined && !inputs.push) {
    return lookUp(inputs.promote, inputs, inRegion(world, inputs.region))
  }
  const temporary = await makeTemporary(world)
  try {
    await ship(inputs, temporary, inRegion(world, inputs.region))
  } finally {
    await temporary.discard()
  }
}

async function ship(inputs: Inputs, temporary: Temporary, world: World): Promise<void> {
  const startedAt = world.clock.now()
  const stages = new Stages(world)
  const registries = new Registries(world, http, inputs.login)

  if (inputs.push) await refuseOtherAccount(inputs, inputs.destinations, registries, world)
  await refuseUnscanned(inputs, registries)
  // Before a repository is created: whatever is wrong with the sources, or the image to promote, is known by then.
  const wanted = await findWanted(inputs, registries, stages, world)
  const destinations = inputs.push
    ? await stages.run('Check the registries', () =>
        preflight(inputs.destinations, registries, inputs.createRepository, world),
      )
    : []
  const obtained = await obtainImage({ wanted, inputs, destinations, registries, stages, temporary }, world)
  await test(inputs, obtained, stages, world)
  if (!inputs.push && obtained.built !== undefined) {
    const references = await keepLocally(obtained.built, inputs.destinations, world)
    return reportLocal(references, world)
  }

  const { image, facts } = await stages.run('Pack', () => weigh(obtained, inputs.maxSize, world))
  refuseTakenTags(destinations, image.digest)
  const published = await stages.run('Push', () => copyToAll(image, destinations, world.log))
  const gate = inputs.scanGate
  const findings = gate && (await stages.run('Scan', () => scanGate(gate, image, destinations, world)))
  const previous = await previousImage(image.digest, destinations)
  const references = await stages.run('Tag', async () => {
    const { contentHash } = obtained
    const tag = contentHash && contentTag(contentHash)
    const keep = inputs.skipUnchanged ? remember : renew
    const content = tag && (await keep(tag, image, destinations, world.log))
    return [...(await tagAll(image, destinations, world.log)), ...(content || [])]
  })
  await reportPublished(
    { obtained, image, facts, previous, published, references, findings, stages: stages.done, startedAt },
    world,
  )
}

async function findWanted({ promote, build }: Inputs, registries: Registries, stages: Stages, world: World) {
  if (promote === undefined) return stages.run('Read the sources', () => readSources(build, world))
  const found = await stages.run('Find the image to promote', () => findPromoted(promote, registries))
  world.log.info(`Promoting ${found.where}@${found.digest}.`)
  return found
}

async function test({ testCommand }: Inputs, { built }: Obtained, stages: Stages, world: World): Promise<void> {
  if (testCommand === undefined) return
  if (built === undefined) return world.log.info('Not tested again: this image was tested before it was pushed.')
  await stages.run('Test', async () => testImage(testCommand, await built.local(), world))
}

/** The image in the bytes that registries get, and what it is made of. @throws SlipwayError when it is too large. */
async function weigh(
  { built, found }: Obtained,
  maxSize: number | undefined,
  world: World,
): Promise<{ image: Image; facts: readonly PlatformImage[] }> {
  const image: Image = built === undefined ? found : await built.pack()
  const facts = await imageFacts(image)
  for (const { platform, size, layers } of facts) {
    world.log.info(`${platform === '' ? image.digest : platform}: ${formatSize(size)} in ${layers.length} layers`)
    if (maxSize === undefined || size <= maxSize) continue
    throw new SlipwayError(
      `The image is ${formatSize(size)}${platform === '' ? '' : ` for ${platform}`}, and \`max-size\` is ${formatSize(maxSize)}.`,
      {
        hint: 'Nothing was pushed. Build in stages and copy only what runs, name more in .dockerignore, or raise `max-size`.',
      },
    )
  }
  return { image, facts }
}

function maskSecrets({ build, login }: Inputs, { log }: World): void {
  if (login !== undefined) log.mask(login.password)
  for (const text of build.secrets.flatMap(secretTexts)) log.mask(text)
}
