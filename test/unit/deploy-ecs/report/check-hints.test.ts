import { checkHint } from '../../../../actions/deploy-ecs/src/report/check-hints.ts'

test.each([
  ['404', 'no such path'],
  ['400', 'Host header'],
  ['401', 'login'],
  ['403', 'login'],
  ['301', 'redirects'],
  ['503', 'see its log'],
  ['418', 'Answer with a code'],
])('a health check that got %s has a hint with %s', (codes, hint) => {
  expect(checkHint({ codes, timedOut: false })).toContain(hint)
})

test('a health check without an answer has one on the port, the security group and the grace period', () => {
  for (const part of ['0.0.0.0', 'security group', 'healthCheckGracePeriodSeconds'])
    expect(checkHint({ timedOut: true })).toContain(part)
  expect(checkHint({ timedOut: false })).toContain('listens on that port')
})
