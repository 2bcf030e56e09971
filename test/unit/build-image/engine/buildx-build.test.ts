import { buildxArguments } from '../../../../actions/build-image/src/engine/buildx-build.ts'
import { buildInputs } from '../../../support/build-image/build-inputs.ts'

test('quotes the path of a secret that has a comma', () => {
  const inputs = { ...buildInputs({}), secrets: [{ kind: 'file' as const, id: 'key', file: '/keys/a,b "c".pem' }] }
  const request = { inputs, labels: [], dockerfile: 'Dockerfile', pull: false }
  expect(buildxArguments(request as unknown as Parameters<typeof buildxArguments>[0])).toContain(
    '--secret=id=key,"src=/keys/a,b ""c"".pem"',
  )
})

test('passes all inputs to buildx as arguments, and secret values in the environment', () => {
  const inputs = buildInputs({
    secrets: 'token=s3cr3t',
    target: 'app',
    'build-args': 'A=1=2',
    platforms: 'linux/amd64,linux/arm64',
    'cache-to': 'type=gha,mode=max',
    provenance: 'mode=max',
    sbom: 'generator=example.com/scanner:1',
    'no-cache': 'true',
    builder: 'mine',
  })
  const labels = [{ key: 'l', value: 'v' }]
  const args = buildxArguments({ inputs, labels, dockerfile: 'Dockerfile', pull: true } as unknown as Parameters<
    typeof buildxArguments
  >[0])
  expect(args).toEqual([
    'build',
    '--progress=plain',
    '--file=Dockerfile',
    '--builder=mine',
    '--target=app',
    '--platform=linux/amd64,linux/arm64',
    '--build-arg=A=1=2',
    '--label=l=v',
    '--cache-to=type=gha,mode=max',
    '--secret=id=token,env=SLIPWAY_BUILD_SECRET_0',
    '--provenance=mode=max',
    '--sbom=generator=example.com/scanner:1',
    '--no-cache',
    '--pull',
  ])
})
