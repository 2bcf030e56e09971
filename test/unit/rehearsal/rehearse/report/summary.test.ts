import { jsonSummary, type Summary, textSummary } from '../../../../../rehearsal/rehearse/report/summary.ts'

const summary: Summary = {
  verdict: 'succeeded',
  image: 'web@sha256:abc',
  taskDefinition: 'arn:web:2',
  deploys: [
    { name: 'first', seconds: 20.04, stages: [{ name: 'terraform', outcome: 'success', seconds: 12.34567 }] },
    {
      name: 'second',
      seconds: 10,
      stages: [
        { name: 'terraform', outcome: 'success', seconds: 5 },
        { name: 'rollout', outcome: 'failure', seconds: 5 },
      ],
    },
  ],
  traffic: { requests: 1000, failed: 0 },
  event: { title: 'web deployed', text: 'x' },
  journal: '/runs/journal.jsonl',
  problems: [],
  seconds: 33,
}

it('writes exactly the documented members to JSON', () => {
  expect(jsonSummary(summary)).toEqual({
    verdict: 'succeeded',
    image: 'web@sha256:abc',
    taskDefinition: 'arn:web:2',
    stages: [
      { name: 'first: terraform', outcome: 'success', seconds: 12.346 },
      { name: 'second: terraform', outcome: 'success', seconds: 5 },
      { name: 'second: rollout', outcome: 'failure', seconds: 5 },
    ],
    traffic: { requests: 1000, failed: 0 },
    event: { title: 'web deployed', text: 'x' },
    journal: '/runs/journal.jsonl',
  })
})

it('adds prod and alarm to JSON when they ran', () => {
  const alarm = { verdict: 'rolled-back', taskDefinition: 'arn:web:3', event: null }
  expect(jsonSummary({ ...summary, alarm })).toMatchObject({ alarm })
  expect(textSummary({ ...summary, alarm })).toMatch(/alarm +rolled-back\n +deployed +arn:web:3/)
})

it("prints the summary with Terraform's time", () => {
  const text = textSummary({ ...summary, problems: ['second deploy: it failed'] })
  for (const part of [
    'succeeded',
    'web@sha256:abc',
    'arn:web:2',
    '1000 requests during the second rollout, 0 failed',
    'web deployed',
    '33.0 s in total, 17.3 s of it in Terraform',
    '/runs/journal.jsonl',
    '✗ second deploy: it failed',
  ]) {
    expect(text).toContain(part)
  }
  expect(text).toMatch(/terraform +12\.3 +5\.0\n/)
  expect(text).toMatch(/rollout +failure\n/)
})

describe('with --prod', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  const prod = {
    verdict: 'succeeded',
    image: `127.0.0.2:5000/web@${digest}`,
    taskDefinition: 'arn:prod:web:1',
    event: { title: 'web in prod' },
  } as const
  const ran = { ...summary, image: `127.0.0.1:5000/web@${digest}` }

  it('adds prod to JSON', () => {
    expect(jsonSummary({ ...ran, prod })).toEqual({ ...jsonSummary(ran), prod })
    expect(Object.keys(jsonSummary({ ...ran, prod: undefined }))).not.toContain('prod')
  })

  it("says that prod runs stage's image", () => {
    const text = textSummary({ ...ran, prod })
    for (const part of [prod.image, `the same image as stage: ${digest}`, 'arn:prod:web:1', 'web in prod']) {
      expect(text).toContain(part)
    }
    expect(textSummary(ran)).not.toContain('prod')
  })

  it.each(['127.0.0.2:5000/web:v1.2.3', `127.0.0.2:5000/web@sha256:${'b'.repeat(64)}`, ''])(
    'tells people that prod does not, when it runs %j',
    (image) => {
      expect(textSummary({ ...ran, prod: { ...prod, image } })).toContain(`NOT the image of stage: ${ran.image}`)
    },
  )
})
