import type { Operations } from '../../kernel/call.ts'

/** AWS's quotas of a new account. The rehearsal does not enforce them. */
const limits: Readonly<Record<string, number>> = {
  'application-load-balancers': 50,
  'listeners-per-application-load-balancer': 50,
  'network-load-balancers': 50,
  'listeners-per-network-load-balancer': 50,
  'rules-per-application-load-balancer': 100,
  'target-groups': 3_000,
  'target-groups-per-action-on-application-load-balancer': 5,
  'target-groups-per-application-load-balancer': 100,
  'targets-per-application-load-balancer': 1_000,
  'targets-per-target-group': 1_000,
}

export const limitOperations = (): Operations => ({
  DescribeAccountLimits: () => ({ Limits: Object.entries(limits).map(([Name, max]) => ({ Name, Max: `${max}` })) }),
})
