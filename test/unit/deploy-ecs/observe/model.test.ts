import {
  observedService,
  observedServiceDeployment,
  observedTask,
} from '../../../../actions/deploy-ecs/src/observe/model.ts'

test('a service that ECS shows without members has empty ones', () => {
  expect(observedService({})).toEqual({
    ...{ arn: '', name: '', clusterArn: '', status: '', taskDefinition: '', desiredCount: 0, runningCount: 0 },
    ...{ deployments: [], events: [], loadBalancers: [] },
  })
})

test('a deployment behind a Classic load balancer has no rollout state', () => {
  const [deployment] = observedService({ deployments: [{ id: 'ecs-svc/1', createdAt: new Date(5) }] }).deployments
  expect(deployment).toEqual({
    ...{ id: 'ecs-svc/1', status: '', taskDefinition: '', createdAt: 5 },
    ...{ desiredCount: 0, runningCount: 0, pendingCount: 0, failedTasks: 0 },
  })
})

test('load balancers are those with a target group, and its alternate', () => {
  const { loadBalancers } = observedService({
    loadBalancers: [
      { loadBalancerName: 'classic', containerName: 'app', containerPort: 80 },
      { targetGroupArn: 'blue', containerName: 'app', containerPort: 80 },
      {
        targetGroupArn: 'blue',
        containerName: 'app',
        containerPort: 80,
        advancedConfiguration: { alternateTargetGroupArn: 'green' } as never,
      },
    ],
  })
  expect(loadBalancers).toEqual([
    { targetGroupArn: 'blue', containerName: 'app', containerPort: 80 },
    { targetGroupArn: 'blue', alternateTargetGroupArn: 'green', containerName: 'app', containerPort: 80 },
  ])
})

test('the threshold of the circuit breaker is that of the service, where it has one', () => {
  const withBreaker = (thresholdConfiguration?: { type: 'COUNT'; value: number }) =>
    observedService({
      deploymentConfiguration: {
        deploymentCircuitBreaker: {
          enable: true,
          rollback: true,
          ...(thresholdConfiguration && { thresholdConfiguration }),
        },
      },
    }).failureThreshold
  expect(withBreaker({ type: 'COUNT', value: 50 })).toEqual({ type: 'COUNT', value: 50 })
  expect(withBreaker()).toBeUndefined()
})

test('a service deployment has its hooks that wait for an answer, and where its rollback goes', () => {
  expect(
    observedServiceDeployment({
      ...{ serviceDeploymentArn: 'arn', status: 'ROLLBACK_IN_PROGRESS', lifecycleStage: 'BAKE_TIME' },
      rollback: { reason: 'alarm', serviceRevisionArn: 'revision' },
      alarms: { triggeredAlarmNames: ['5xx'] },
      targetServiceRevision: { requestedProductionTrafficWeight: 10 },
      lifecycleHookDetails: [
        { hookId: 'h1', status: 'AWAITING_ACTION', expiresAt: new Date(9) },
        { hookId: 'h2', status: 'SUCCEEDED' },
      ] as never,
    }),
  ).toEqual({
    ...{ arn: 'arn', status: 'ROLLBACK_IN_PROGRESS', lifecycleStage: 'BAKE_TIME', productionTraffic: 10 },
    ...{ rollbackReason: 'alarm', rollbackTo: 'revision', triggeredAlarms: ['5xx'] },
    awaiting: [{ hookId: 'h1', expiresAt: 9 }],
  })
})

describe('a task', () => {
  test('has each address of its network interface once', () => {
    const { addresses } = observedTask({
      attachments: [
        { type: 'Service Connect', details: [{ name: 'privateIPv4Address', value: '10.9.9.9' }] },
        {
          type: 'ElasticNetworkInterface',
          details: [
            { name: 'networkInterfaceId', value: 'eni-1' },
            { name: 'privateIPv4Address', value: '10.0.0.1' },
            { name: 'ipv6Address', value: 'fd00::1' },
          ],
        },
      ],
      containers: [{ networkInterfaces: [{ privateIpv4Address: '10.0.0.1', ipv6Address: '' }] }, {}],
    })
    expect(addresses).toEqual(['10.0.0.1', 'fd00::1'])
  })

  test('has the host ports of its containers, as with bridge', () => {
    const { containers, addresses } = observedTask({
      containers: [
        { name: 'app', exitCode: 0, networkBindings: [{ containerPort: 80, hostPort: 32768 }, { hostPort: 1 }] },
      ],
    })
    expect(addresses).toEqual([])
    // 0 is an exit code.
    expect(containers).toEqual([{ name: 'app', exitCode: 0, hostPorts: [{ containerPort: 80, hostPort: 32768 }] }])
  })

  test('has no member that ECS does not show', () => {
    expect(observedTask({ taskArn: 'arn' })).toEqual({
      ...{ arn: 'arn', startedBy: '', taskDefinition: '', lastStatus: '', createdAt: 0, addresses: [], containers: [] },
    })
  })
})
