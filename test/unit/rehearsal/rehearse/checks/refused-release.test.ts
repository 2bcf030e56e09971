import { checkRefusedRelease } from '../../../../../rehearsal/rehearse/checks/refused-release.ts'

const entry = (type: string, more: Record<string, unknown>) => ({ seq: 1, type, ...more })
const assumed = entry('api', { service: 'sts', action: 'AssumeRole' })
const token = entry('api', { service: 'ecr', action: 'GetAuthorizationToken' })
const looked = entry('registry', { what: 'manifest', status: 404 })

it('accepts a refusal after a lookup', () => {
  expect(checkRefusedRelease([assumed, token, looked], 'failure')).toEqual([])
})

it.each([
  ['it was deployed', [assumed, token, looked], 'success', /ended with success/],
  ['it failed before the lookup', [assumed], 'failure', /not looked up in any registry/],
  [
    'Terraform ran first',
    [assumed, entry('api', { service: 's3', action: 'GetObject' }), token, looked],
    'failure',
    /1 calls were made before it was refused, such as s3:GetObject/,
  ],
])('finds a problem where %s', (_, entries, conclusion, problem) => {
  expect(checkRefusedRelease(entries, conclusion)).toEqual([expect.stringMatching(problem)])
})
