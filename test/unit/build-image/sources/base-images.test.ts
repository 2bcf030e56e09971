import type Docker from 'dockerode'
import type { Registries } from '../../../../actions/build-image/src/registry/registries.ts'
import { resolveBases } from '../../../../actions/build-image/src/sources/base-images.ts'
import type { Log } from '../../../../toolkit/log.ts'

const NAME = 'registry.test/acme/base:v1'
const OLD = `sha256:${'aa'.repeat(32)}`
const NEW = `sha256:${'bb'.repeat(32)}`
const CONFIG = `sha256:${'cc'.repeat(32)}`
const log = { info: () => {} } as unknown as Log

/** What a base is, where the engine has an image of that name and the registry has these digests and, under the tag, `current`. */
async function base(image: { Id: string; digests: readonly string[] }, has: readonly string[], current?: string) {
  const inspect = async () => ({
    Id: image.Id,
    RepoDigests: image.digests.map((digest) => `registry.test/acme/base@${digest}`),
  })
  const docker = { getImage: () => ({ inspect }) } as unknown as Docker
  const resolve = async (_: string, reference: string) =>
    reference === 'v1' ? current : has.find((digest) => digest === reference)
  const registries = { at: async () => ({ registry: { resolve } }) } as unknown as Registries
  return (await resolveBases([NAME], registries, docker, log))?.[0]
}

test('a pulled image is stale when its tag has moved, in either image store', async () => {
  expect(await base({ Id: CONFIG, digests: [OLD] }, [OLD, NEW], NEW)).toMatchObject({ identity: NEW, stale: true })
  expect(await base({ Id: OLD, digests: [OLD] }, [OLD, NEW], NEW)).toMatchObject({ identity: NEW, stale: true })
})

test('a pulled image is stale when the registry has removed it', async () => {
  expect(await base({ Id: CONFIG, digests: [OLD] }, [NEW], NEW)).toMatchObject({ identity: NEW, stale: true })
})

test('an image that was built here is local, even when containerd has a digest for it and the registry an image of its name', async () => {
  expect(await base({ Id: CONFIG, digests: [] }, [NEW], NEW)).toMatchObject({
    identity: CONFIG,
    local: true,
    stale: false,
  })
  expect(await base({ Id: OLD, digests: [OLD] }, [NEW], NEW)).toMatchObject({
    identity: OLD,
    local: true,
    stale: false,
  })
  expect(await base({ Id: OLD, digests: [OLD] }, [])).toMatchObject({ identity: OLD, local: true, stale: false })
})

test('a current image is neither local nor stale', async () => {
  expect(await base({ Id: OLD, digests: [OLD] }, [OLD], OLD)).toMatchObject({
    identity: OLD,
    local: false,
    stale: false,
  })
})
