import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readRootModule } from '../../../../actions/terraform-apply/src/inputs/root-module.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'

const repository = mkdtempSync(join(tmpdir(), 'slipway-root-module-'))
const directory = join(repository, 'infra')
afterAll(() => rmSync(repository, { recursive: true }))
beforeAll(() => {
  mkdirSync(directory)
  writeFileSync(join(directory, 'stage.tfbackend'), '')
  writeFileSync(join(repository, 'README.md'), '')
})

function read(
  inputs: Readonly<Record<string, string>>,
  env: Record<string, string> = { GITHUB_WORKSPACE: repository },
) {
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  return readRootModule(new InputReader(Object.fromEntries(given)), env)
}

test('is the root of the repository by default', () => {
  expect(read({})).toEqual({
    repository,
    directory: repository,
    path: '.',
    workspace: undefined,
    environment: undefined,
    backendConfig: [],
    backendConfigFiles: [],
  })
})

test('has a directory, an environment, a workspace and backend settings', () => {
  expect(
    read({
      'working-directory': './infra/',
      environment: 'stage',
      workspace: 'blue_2.x-y~z',
      'backend-config': 'bucket=states\nkey=a=b',
      'backend-config-file': 'stage.tfbackend',
    }),
  ).toEqual({
    repository,
    directory,
    path: 'infra',
    workspace: 'blue_2.x-y~z',
    environment: 'stage',
    backendConfig: [
      { key: 'bucket', value: 'states' },
      { key: 'key', value: 'a=b' },
    ],
    backendConfigFiles: [join(directory, 'stage.tfbackend')],
  })
})

test('is relative to the current folder outside a workflow', () => {
  expect(read({}, {})).toMatchObject({ repository: process.cwd(), path: '.' })
  expect(read({}, { GITHUB_WORKSPACE: '' })).toMatchObject({ repository: process.cwd() })
})

test.each(['gone', 'README.md'])('refuses `%s`, which is no directory', (name) => {
  expect(() => read({ 'working-directory': name })).toThrow(
    `Input \`working-directory\` is \`${name}\`, and there is no such directory.`,
  )
})

test.each(['a b', 'a/b', 'blue!'])('refuses `%s` as the name of a workspace', (workspace) => {
  expect(() => read({ workspace })).toThrow(
    `Input \`workspace\` is \`${workspace}\`, which is not a valid name of a Terraform workspace.`,
  )
})

test('shows no backend setting that it refuses', () => {
  expect(() => read({ 'backend-config': 'hunter2' })).toThrow(
    'Input `backend-config` is malformed: entry 1 is not of the form key=value.',
  )
})
