// JSON of 100,000 levels, wherever JSON comes from outside.
import { readInputs as assumeRoleInputs } from '../../../../actions/assume-role/src/inputs/inputs.ts'
import { readConfig, readIndex, readManifest } from '../../../../actions/build-image/src/image/oci.ts'
import { readErrorDocument } from '../../../../actions/build-image/src/registry/registry-error.ts'
import { parseTaskDefinitionFile } from '../../../../actions/deploy-ecs/src/task-definition/task-definition-file.ts'
import { parsePlanned } from '../../../../actions/terraform-apply/src/review/promotion.ts'
import { parseState } from '../../../../actions/terraform-apply/src/state/state-format.ts'
import { parseDeployRecord } from '../../../../toolkit/deploy-record.ts'

const DEEP = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
const bytes = Buffer.from(DEEP)

test.each<[string, () => unknown, RegExp]>([
  ['a deploy record', () => parseDeployRecord(DEEP, 'deploy-record'), /^Input `deploy-record` has JSON/],
  ['a task definition', () => parseTaskDefinitionFile(DEEP, 'task.json', 'web'), /^The file `task.json` has JSON/],
  ['a manifest', () => readManifest(bytes, 'web:1'), /^The manifest of web:1 has JSON/],
  ['an index', () => readIndex(bytes, 'web:1'), /^The index of web:1 has JSON/],
  ['a configuration', () => readConfig(bytes, 'web:1'), /^The configuration of web:1 has JSON/],
  ['a state', () => parseState(DEEP, 'The state'), /^The state has JSON/],
  ['a planned file', () => parsePlanned(DEEP, 'The file `planned.json`'), /^The file `planned.json` has JSON/],
  [
    'a session policy',
    () =>
      assumeRoleInputs({
        'INPUT_ROLE-TO-ASSUME': 'arn:aws:iam::123456789012:role/deploy',
        'INPUT_AWS-REGION': 'eu-west-1',
        'INPUT_INLINE-SESSION-POLICY': DEEP,
        ACTIONS_ID_TOKEN_REQUEST_URL: 'https://x',
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x',
      }),
    /^Input `inline-session-policy` has JSON/,
  ],
])('%s is refused by name', (_, read, expected) => {
  expect(read).toThrow(expected)
})

test("a registry's error document counts as none", () => {
  expect(readErrorDocument(bytes)).toEqual({ code: '', message: '' })
})
