import { stagesOf } from '../../../../../rehearsal/rehearse/report/stages.ts'
import type { Summary } from '../../../../../rehearsal/rehearse/report/summary.ts'
import type { StepResult } from '../../../../../rehearsal/runner/contexts/state.ts'

const step = (uses: string | undefined, outcome: StepResult['outcome'], seconds: number, more = {}): StepResult => ({
  id: 'x',
  name: 'A step',
  uses,
  phase: 'main',
  seconds,
  outcome,
  conclusion: outcome,
  outputs: {},
  summary: '',
  ...more,
})

const _summary: Summary = {
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

it('adds up the steps of a stage and keeps the worst outcome', () => {
  const stages = stagesOf([
    step('actions/checkout@v5', 'success', 1),
    step('slipway/slipway/actions/terraform-apply@v1', 'success', 2),
    step(undefined, 'success', 5),
    step('./actions/deploy-ecs', 'failure', 3),
    step('slipway/slipway/actions/terraform-apply@v1', 'success', 0.5, { phase: 'post' }),
  ])
  expect(stages).toEqual([
    { name: 'source', outcome: 'success', seconds: 1 },
    { name: 'terraform', outcome: 'success', seconds: 2.5 },
    { name: 'rollout', outcome: 'failure', seconds: 3 },
  ])
})

it('distinguishes steps with the same action by id, and omits skipped stages', () => {
  const image = 'slipway/slipway/actions/build-image@v1'
  const datadog = 'slipway/slipway/actions/datadog-event@v1'
  const stages = stagesOf([
    step('slipway/slipway/actions/assume-role@v1', 'success', 1),
    step(image, 'success', 1, { id: 'found' }),
    step('slipway/slipway/actions/terraform-apply@v1', 'failure', 1),
    step(image, 'skipped', 0, { id: 'image' }),
    step(datadog, 'success', 1, { id: 'before' }),
    step(datadog, 'failure', 2, { id: 'gate' }),
    step('slipway/slipway/actions/deploy-ecs@v1', 'success', 3, { id: 'back' }),
    step(datadog, 'success', 1),
  ])
  expect(stages.map(({ name, outcome, seconds }) => `${name} ${outcome} ${seconds}`)).toEqual([
    'credentials success 1',
    'lookup success 1',
    'terraform failure 1',
    'gate failure 3',
    'rollback success 3',
    'event success 1',
  ])
})

it('shows a failed step as a stage', () => {
  expect(stagesOf([step(undefined, 'failure', 1)])).toEqual([{ name: 'A step', outcome: 'failure', seconds: 1 }])
})
