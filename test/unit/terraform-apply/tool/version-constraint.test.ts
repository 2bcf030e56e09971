import {
  compareVersions,
  newestOf,
  parseConstraint,
  parseVersion,
} from '../../../../actions/terraform-apply/src/tool/version-constraint.ts'

const allows = (constraint: string, version: string) => {
  const parsed = parseVersion(version)
  return parsed !== undefined && parseConstraint(constraint)?.(parsed)
}

// https://developer.hashicorp.com/terraform/language/expressions/version-constraints
test.each([
  ['1.11.4', ['1.11.4'], ['1.11.5', '1.11.4-rc1']],
  ['= 1.11.4', ['1.11.4'], ['1.11.3']],
  ['!= 1.11.4', ['1.11.5'], ['1.11.4']],
  ['>= 1.10, < 2.0', ['1.10.0', '1.99.9'], ['1.9.9', '2.0.0', '1.12.0-beta1']],
  ['> 1.10.0', ['1.10.1'], ['1.10.0']],
  ['<= 1.10.0', ['1.10.0'], ['1.10.1']],
  ['~> 1.11', ['1.11.0', '1.12.3'], ['1.10.9', '2.0.0']],
  ['~> 1.11.2', ['1.11.2', '1.11.9'], ['1.11.1', '1.12.0']],
  ['~> 1', ['1.0.0', '1.9.0'], ['2.0.0', '0.9.0']],
  ['latest', ['0.1.0', '9.0.0'], ['9.0.0-rc1']],
  ['1.13.0-rc1', ['1.13.0-rc1'], ['1.13.0']],
  ['v1.11.4', ['1.11.4'], []],
])('%s allows what Terraform allows', (constraint, yes, no) => {
  expect(yes.filter((version) => !allows(constraint, version))).toEqual([])
  expect(no.filter((version) => allows(constraint, version))).toEqual([])
})

test.each(['newest', '1.x', '>= ', '', '^1.0', 'latest:^1.5', '1.2.3.4'])('%s is not a valid constraint', (text) => {
  expect(parseConstraint(text)).toBeUndefined()
})

test('compares versions by number, not as text', () => {
  const versions = ['1.9.0', '1.10.0', '1.10.0-rc2', '1.2.11', 'not one']
  expect(newestOf(versions, () => true)).toBe('1.10.0')
  const of = (text: string) => parseVersion(text) ?? { parts: [0, 0, 0] as const, prerelease: '' }
  expect(['1.0.0', '1.0.0-rc1', '0.9.9', '1.0.0-beta1'].sort((a, b) => compareVersions(of(a), of(b)))).toEqual([
    '0.9.9',
    '1.0.0-beta1',
    '1.0.0-rc1',
    '1.0.0',
  ])
})
