import type { BuiltImage } from '../../../../actions/build-image/src/build/build-image.ts'
import { tagInEngine } from '../../../../actions/build-image/src/build/tag-in-engine.ts'
import { startEngineServer } from '../../../support/build-image/engine-server.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

const ID = `sha256:${'1'.repeat(64)}`
const DESTINATIONS = [
  { repository: { host: 'docker.io', path: 'acme/web' }, tags: ['v1', 'latest'] },
  { repository: { host: 'ghcr.io', path: 'acme/web' }, tags: ['v1'] },
]

test('sets every tag of every repository in the engine, and returns the references in their order', async () => {
  const engine = await startEngineServer({ [`POST /images/${ID}/tag`]: {} })
  const { world, lines } = recordingWorld({ DOCKER_HOST: engine.address })
  const built = { local: async () => ID } as unknown as BuiltImage
  const references = ['docker.io/acme/web:v1', 'docker.io/acme/web:latest', 'ghcr.io/acme/web:v1']
  expect(await tagInEngine(built, DESTINATIONS, world)).toEqual(references)
  expect(engine.requests.map(({ query }) => `${query.get('repo')}:${query.get('tag')}`)).toEqual(references)
  expect(lines).toEqual(references.map((reference) => `${reference} (in the Docker engine)`))
  await engine.close()
})
