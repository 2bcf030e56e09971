import { readCustomTags } from '../../../../actions/assume-role/src/inputs/custom-tags.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'

const read = (json: string) => readCustomTags(new InputReader({ 'INPUT_CUSTOM-TAGS': json }, { 'custom-tags': 'none' }))

test('reads tags of texts, numbers and booleans', () => {
  expect(read('{"Team": "web", "Cost": 7, "Prod": true}')).toEqual([
    { Key: 'Team', Value: 'web' },
    { Key: 'Cost', Value: '7' },
    { Key: 'Prod', Value: 'true' },
  ])
  expect(read('none')).toEqual([])
})

test.each([
  ['Team=web', 'is not a JSON object of texts'],
  ['["web"]', 'is not a JSON object of texts'],
  ['{"Team": ["web"]}', 'is not a JSON object of texts'],
  ['{"Team": null}', 'is not a JSON object of texts'],
  ['{"repository": "other/repo"}', 'has the tag `repository`, which this action sets itself'],
  ['{"Team": "web,api"}', 'has the tag `Team`, whose value has the character `,`, which AWS does not accept'],
  ['{"headref": "x"}', 'which this action sets itself'],
  ['{"Team": "web", "team": "api"}', 'has the tag `team`, and one that differs only in case'],
  ['{"aws:team": "web"}', 'whose beginning `aws:` AWS keeps for itself'],
  [`{"${'x'.repeat(129)}": "web"}`, 'whose key has 129 characters'],
  [JSON.stringify(Object.fromEntries(Array.from({ length: 38 }, (_, at) => [`k${at}`, 'v']))), 'has 38 tags'],
])('refuses %s', (json, message) => {
  expect(() => read(json)).toThrow(message)
})

test.each(['{"repository": "x"}', '{"Team": "web", "team": "api"}', '{"aws:team": "web"}'])(
  'advises another key for %s',
  (json) => expect(() => read(json)).toThrow(expect.objectContaining({ hint: 'Use another key, or remove it.' })),
)
