import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  contentOf,
  isEmpty,
  parseState,
  stateFileHolds,
} from '../../../../actions/terraform-apply/src/state/state-format.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-unit-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const state = (more: object = {}) => JSON.stringify({ version: 4, lineage: 'x', serial: 1, resources: [], ...more })
const resource = (name: string, more: object = {}) => ({
  mode: 'managed',
  type: 'a',
  name,
  provider: 'p',
  instances: [{ schema_version: 0, attributes: { id: name }, ...more }],
})

test('reads a state of format 4', () => {
  expect(parseState(state(), 'here')).toMatchObject({ serial: 1, outputs: {} })
})

test.each([
  ['{', 'here is not a Terraform state: it is not JSON.'],
  ['null', 'it lacks lineage, serial or resources'],
  ['{"version":4}', 'it lacks lineage, serial or resources'],
  [state({ version: 3 }), 'here has state format 3'],
])('refuses %s', (text, message) => {
  expect(() => parseState(text, 'here')).toThrow(message)
})

test('is empty without resources and outputs', () => {
  expect(isEmpty(parseState(state(), 'here'))).toBe(true)
  expect(isEmpty(parseState(state({ outputs: { a: {} } }), 'here'))).toBe(false)
  expect(isEmpty(parseState(state({ resources: [{}] }), 'here'))).toBe(false)
})

test('compares the content of states, whatever their order and version', () => {
  const content = (resources: object[], more: object = {}) =>
    contentOf(parseState(state({ resources, ...more }), 'here'))
  const one = content([resource('x'), resource('y')], { terraform_version: '1.11.0' })
  expect(content([resource('y'), resource('x', { dependencies: [] })], { terraform_version: '1.12.0' })).toEqual(one)
  expect(content([resource('x')])).not.toEqual(one)
  expect(content([resource('x'), resource('y', { attributes: { id: 'z' } })])).not.toEqual(one)
  expect(content([resource('x'), resource('y')], { serial: 2 })).not.toEqual(one)
})

test.each([
  ['', false],
  [state(), false],
  [state({ resources: [{}] }), true],
  ['not a state', true],
])('a file with %j holds a state: %s', (text, holds) => {
  writeFileSync(join(folder, 'terraform.tfstate'), text)
  expect(stateFileHolds(join(folder, 'terraform.tfstate'))).toBe(holds)
})

test('says that a missing file holds no state', () => {
  expect(stateFileHolds(join(folder, 'gone'))).toBe(false)
})
