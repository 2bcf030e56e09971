import {
  loadScenario,
  parseScenario,
  ScenarioError,
  scenarioNames,
} from '../../../../../../rehearsal/cloud/runtimes/simulated/index.ts'
import {
  behind,
  breaker,
  container,
  create,
  deploy,
  MINUTE,
  register,
  SECOND,
  steady,
  targetGroup,
  type World,
  world,
} from '../../ecs/world.ts'

const verdicts = (it: World) => it.entries('service-deployment').map(({ status }) => status)
const lastVerdict = (it: World) => verdicts(it).at(-1)

test.each(scenarioNames())('%s can be read, and says what it is about', (name) => {
  expect(loadScenario(name).description.length).toBeGreaterThan(20)
})

describe('scenarios', () => {
  test('rollback-new-primary', async () => {
    const it = world('rollback-new-primary')
    const before = await steady(it, breaker(true))
    const id = await deploy(it)
    await it.clock.advance(20 * MINUTE)
    expect(lastVerdict(it)).toBe('ROLLBACK_SUCCESSFUL')
    const ids = new Set(
      it
        .entries('deployment')
        .filter(({ status }) => status === 'PRIMARY')
        .map((entry) => entry['id']),
    )
    expect([...ids]).toEqual([before.deployments[0].id, id, (await it.service()).deployments[0].id])
    // Minutes went by between the deployment and its end, and each failed task was told of.
    const [started, ended] = ['IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'].map((status) =>
      Date.parse(it.entries('service-deployment').findLast((entry) => entry['status'] === status)?.at ?? ''),
    )
    expect((ended ?? 0) - (started ?? 0)).toBeGreaterThan(MINUTE)
  })

  test('vanishing-deployment', async () => {
    const it = world('vanishing-deployment')
    await steady(it, breaker(true))
    const id = await deploy(it)
    await it.clock.advance(10 * MINUTE)
    expect((await it.service()).deployments.map((deployment: { id: string }) => deployment.id)).not.toContain(id)
    const { serviceDeployments } = await it.call('ListServiceDeployments', { cluster: 'main', service: 'web' })
    expect(serviceDeployments[0]).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL' })
  })

  test('superseded', async () => {
    const it = world('superseded')
    await steady(it)
    await deploy(it)
    await it.clock.advance(MINUTE)
    expect(lastVerdict(it)).toBe('IN_PROGRESS')
    await deploy(it)
    await it.clock.advance(10 * MINUTE)
    expect(verdicts(it)).toEqual(['IN_PROGRESS', 'SUCCESSFUL', 'IN_PROGRESS', 'STOPPED', 'IN_PROGRESS', 'SUCCESSFUL'])
  })

  test('stale-current-deployment', async () => {
    const it = world('stale-current-deployment')
    const { currentServiceDeployment } = await steady(it)
    await deploy(it)
    await it.clock.advance(50 * SECOND)
    expect((await it.service()).currentServiceDeployment).toBe(currentServiceDeployment)
    await it.clock.advance(20 * SECOND)
    expect((await it.service()).currentServiceDeployment).not.toBe(currentServiceDeployment)
  })

  test('breaker-without-rollback', async () => {
    const it = world('breaker-without-rollback')
    const arn = await targetGroup(it)
    await steady(it, { ...breaker(false), loadBalancers: [behind(arn)] })
    const id = await deploy(it)
    await it.clock.advance(30 * MINUTE)
    expect((await it.service()).deployments).toMatchObject([
      { id, rolloutState: 'FAILED' },
      { status: 'ACTIVE', runningCount: 2 },
    ])
    expect(lastVerdict(it)).toBe('STOPPED')
  })

  test('desired-zero', async () => {
    const it = world('desired-zero')
    await register(it)
    await create(it, { desiredCount: 0 })
    await it.clock.advance(MINUTE)
    await deploy(it)
    await it.clock.advance(MINUTE)
    expect(verdicts(it)).toEqual(['IN_PROGRESS', 'SUCCESSFUL', 'IN_PROGRESS', 'SUCCESSFUL'])
    expect(it.entries('task')).toEqual([])
  })

  test('early-success', async () => {
    const it = world('early-success')
    const arn = await targetGroup(it)
    const early = { enable: true, healthyPercent: 50, sourceServiceRevisionCleanup: 'DEFERRED' }
    await steady(it, { desiredCount: 8, loadBalancers: [behind(arn)] })
    const id = await deploy(it, {
      deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 200, earlySuccessCriteria: early },
    })
    await it.clock.advance(2 * MINUTE)
    const { deployments } = await it.service()
    expect(deployments[0]).toMatchObject({ id, rolloutState: 'COMPLETED' })
    expect(deployments.length).toBe(2)
    expect(lastVerdict(it)).toBe('SUCCESSFUL')
  })

  test('start-then-crash', async () => {
    const it = world('start-then-crash')
    await steady(it, breaker(true))
    await deploy(it)
    await it.clock.advance(30 * MINUTE)
    expect(lastVerdict(it)).toBe('IN_PROGRESS')
    const crashes = it
      .entries('task')
      .filter(({ lastStatus, stopCode }) => lastStatus === 'STOPPED' && stopCode === 'EssentialContainerExited')
    expect(crashes.length).toBeGreaterThan(20)
  })

  test('out-of-memory', async () => {
    const it = world('out-of-memory')
    await steady(it)
    await deploy(it)
    await it.clock.advance(MINUTE)
    const killed = it
      .entries('task')
      .find(({ lastStatus, stopCode }) => lastStatus === 'STOPPED' && stopCode === 'EssentialContainerExited')
    expect(killed).toMatchObject({ exitCodes: { web: 137 } })
  })

  test('no-capacity', async () => {
    const it = world('no-capacity')
    await steady(it)
    await deploy(it)
    await it.clock.advance(MINUTE)
    expect(it.messages().at(-1)).toContain('Capacity is unavailable at this time.')
  })

  test('alarm-rollback', async () => {
    const it = world('alarm-rollback')
    await steady(it)
    await deploy(it, {
      deploymentConfiguration: {
        alarms: { alarmNames: ['high-5xx'], enable: true, rollback: true },
        bakeTimeInMinutes: 10,
      },
    })
    await it.clock.advance(5 * MINUTE)
    expect(lastVerdict(it)).toBe('ROLLBACK_SUCCESSFUL')
  })
})

test('the same seed gives the same run', async () => {
  const tell = async () => {
    const it = world("tasks: [{ when: { chance: 0.3 }, exit: { after: '1s..30s', code: 1 } }]")
    await register(it, {}, [container()])
    await create(it, { desiredCount: 10 })
    await it.clock.advance(10 * MINUTE)
    return it.journal.entries().map(({ wall: _, ...entry }) => entry)
  }
  const first = await tell()
  expect(await tell()).toEqual(first)
  expect(first.filter(({ stopCode }) => stopCode !== undefined).length).toBeGreaterThan(0)
})

describe('errors name their line', () => {
  const mistakes = (text: string) => {
    try {
      parseScenario(text, 'story.yaml')
    } catch (error) {
      expect(error).toBeInstanceOf(ScenarioError)
      return (error as Error).message
    }
    throw new Error('there was no mistake')
  }

  test.each([
    [
      'description: x\ntasks:\n  - when: { deployment: 2 }\n    pul: { fails: no }\n',
      /^story\.yaml:4: tasks\[0\]: .*"pul"/,
    ],
    [
      'description: x\ntasks:\n  - exit:\n      after: soon\n      code: 1\n',
      /^story\.yaml:4: tasks\[0\]\.exit\.after: a duration is written as 500ms, 3s, 2m or 2s\.\.5s, not "soon"$/,
    ],
    ['description: x\n\ntasks:\n  - exit: { after: 3s }\n', /^story\.yaml:4: tasks\[0\]\.exit\.code: /],
    ['tasks: []\n', /^story\.yaml:1: description: /],
    ['description: x\nfaults:\n  - fault: none\n', /^story\.yaml:3: faults\[0\]\.fault: /],
    ['description: [x\n', /^story\.yaml:\d: /],
    ['', /^story\.yaml:1: the scenario: /],
  ])('%j', (text, message) => {
    expect(mistakes(text)).toMatch(message)
  })

  test('several at once', () => {
    expect(mistakes('description: 1\ntask: []\nfaults: 3\n').split('\n')).toHaveLength(3)
  })

  test('an unknown scenario is named', () => {
    expect(() => loadScenario('no-such-story')).toThrow(
      /There is no scenario 'no-such-story', and no such file\. Scenarios: .*superseded/,
    )
  })
})
