import { chooseEngine } from '../../../../actions/build-image/src/engine/choose-engine.ts'
import { parseDockerfile } from '../../../../actions/build-image/src/sources/dockerfile.ts'
import { buildInputs } from '../../../support/build-image/build-inputs.ts'

test.each<[Record<string, string>, string, string, string]>([
  [{}, 'FROM scratch', 'docker', 'nothing needs buildx'],
  [{ engine: 'buildx' }, 'FROM scratch', 'buildx', 'set by input `engine`'],
  [{ secrets: 'a=b' }, 'FROM scratch', 'buildx', 'a build secret needs it'],
  [{ platforms: 'linux/arm64' }, 'FROM scratch', 'docker', 'nothing needs buildx'],
  [
    { platforms: 'linux/arm64, linux/amd64' },
    'FROM scratch',
    'buildx',
    '`platforms: linux/arm64,linux/amd64` needs it',
  ],
  [{ 'cache-to': 'type=gha' }, 'FROM scratch', 'buildx', '`cache-to` needs it'],
  [{ 'cache-from': 'ghcr.io/acme/web:v0' }, 'FROM scratch', 'buildx', '`cache-from` needs it'],
  [{ 'cache-from': 'type=gha' }, 'FROM scratch', 'buildx', '`cache-from` needs it'],
  [{ sbom: 'true' }, 'FROM scratch', 'buildx', '`sbom` needs it'],
  [{}, 'FROM scratch\nRUN --mount=type=cache,target=/c x', 'buildx', 'the Dockerfile uses RUN --mount'],
])('builds %j with %j with %s: %s', (inputs, dockerfile, engine, reason) => {
  expect(chooseEngine(buildInputs(inputs), parseDockerfile(dockerfile, []))).toEqual({ engine, reason })
})
