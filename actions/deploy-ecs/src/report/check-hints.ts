// What to do about a load balancer's health check that fails. Pure.
import type { FailedCheck } from '../watch/health-checks.ts'

const BY_CODE: readonly (readonly [RegExp, string])[] = [
  [/^404/, 'The application has no such path: correct its route, or the path of the health check in the target group.'],
  [
    /^400/,
    'The application refuses the request. The health check sends the address of the task as the Host header: allow it.',
  ],
  [/^40[13]/, 'The application wants a login for that path: answer the health check without one.'],
  [
    /^3/,
    'The application redirects: point the health check to the final path, or accept the code in the target group.',
  ],
  [/^5/, 'The application runs, but answers with an error: see its log.'],
]

/** What to do about a failing health check. */
export function checkHint({ codes, timedOut }: Pick<FailedCheck, 'codes' | 'timedOut'>): string {
  if (codes !== undefined) {
    const hint = BY_CODE.find(([pattern]) => pattern.test(codes))?.[1]
    return hint ?? 'Answer with a code that the health check expects, or accept the code in the target group.'
  }
  return timedOut
    ? 'Check that the application listens on that port on all addresses (0.0.0.0), and that the security group of the tasks lets the load balancer in. If it only starts slowly, raise `healthCheckGracePeriodSeconds` of the service.'
    : 'Check that the application listens on that port, on all addresses (0.0.0.0), and is ready within `healthCheckGracePeriodSeconds` of the service.'
}
