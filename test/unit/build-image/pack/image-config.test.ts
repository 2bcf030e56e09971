import { finalizeConfig } from '../../../../actions/build-image/src/pack/image-config.ts'

test('removes the time and the machine of the build from a configuration, and nothing else', () => {
  const image = {
    architecture: 'amd64',
    os: 'linux',
    created: '2026-01-01T00:00:00Z',
    container: 'abc',
    container_config: { Hostname: 'abc' },
    docker_version: '20.10',
    config: {
      Hostname: 'abc',
      Image: 'sha256:1',
      Env: ['A=1'],
      Tty: false,
      User: '',
      Volumes: null,
      OnBuild: [],
      Healthcheck: { Test: ['CMD', 'x'] },
      Labels: { a: '1', b: '2' },
    },
    history: [
      { created: '2020-01-01T00:00:00.5Z', created_by: 'base' },
      { created: '2026-01-01T00:00:00Z', created_by: 'RUN x' },
    ],
    rootfs: { type: 'layers', diff_ids: ['sha256:x', 'sha256:y'] },
  }
  const finish = (epoch: number | undefined) =>
    JSON.parse(
      finalizeConfig(Buffer.from(JSON.stringify(image)), {
        diffIds: ['sha256:1', 'sha256:2'],
        labels: [{ key: 'b', value: '3' }],
        epoch,
      }).toString(),
    )
  expect(finish(1_700_000_000)).toEqual({
    architecture: 'amd64',
    os: 'linux',
    created: '2023-11-14T22:13:20Z',
    config: { Env: ['A=1'], Healthcheck: { Test: ['CMD', 'x'] }, Labels: { a: '1', b: '3' } },
    history: [
      { created: '2020-01-01T00:00:00.5Z', created_by: 'base' },
      { created: '2023-11-14T22:13:20Z', created_by: 'RUN x' },
    ],
    rootfs: { type: 'layers', diff_ids: ['sha256:1', 'sha256:2'] },
  })
  expect(finish(undefined)).toEqual({ ...image, config: { ...image.config, Labels: { a: '1', b: '3' } } })
})

test('gives the same configuration for each engine', () => {
  const finish = (image: object) =>
    finalizeConfig(Buffer.from(JSON.stringify(image)), { diffIds: ['sha256:1'], labels: [], epoch: 1 }).toString()
  const rootfs = { type: 'layers', diff_ids: ['sha256:1'] }
  const older = {
    rootfs,
    os: 'linux',
    config: { User: '', Tty: false, Env: ['B=1', 'A=2'], Volumes: null, Cmd: ['x'] },
  }
  const newer = { config: { Cmd: ['x'], Env: ['B=1', 'A=2'] }, os: 'linux', rootfs }
  expect(finish(newer)).toBe(finish(older))
  expect(JSON.parse(finish(newer)).config).toEqual({ Cmd: ['x'], Env: ['B=1', 'A=2'] })
})

test('refuses a configuration with another number of layers than the image has', () => {
  const config = Buffer.from(JSON.stringify({ rootfs: { type: 'layers', diff_ids: ['sha256:1'] } }))
  expect(() => finalizeConfig(config, { diffIds: ['sha256:1', 'sha256:2'], labels: [], epoch: 1 })).toThrow(
    'The image’s layers in the Docker engine do not match its configuration.',
  )
})
