import { comparePlanned, parsePlanned, plannedOf } from '../../../actions/terraform-apply/src/promotion.ts'
import { promotionNote } from '../../../actions/terraform-apply/src/promotion-note.ts'
import { change, plan } from './plans.ts'

const create = (address: string, after: object, more = {}) => change(address, { actions: ['create'], after, ...more })

test('keys, sizes, counts, names and accounts are meant to differ; anything else is told', () => {
  const stage = plannedOf(
    plan([
      create('aws_ecs_service.web', {
        name: 'web-stage',
        desired_count: 1,
        launch_type: 'FARGATE',
        role: 'arn:aws:iam::111111111111:role/stage',
      }),
      create('aws_lb.web', { internal: true, tags: { environment: 'stage' } }),
      create('aws_sqs_queue.only_stage', {}),
    ]),
    'stage',
  )
  const prod = plannedOf(
    plan([
      create('aws_ecs_service.web', {
        name: 'web-prod',
        desired_count: 4,
        launch_type: 'EC2',
        role: 'arn:aws:iam::222222222222:role/prod',
      }),
      create('aws_lb.web', { internal: false, tags: { environment: 'prod' } }),
      create('aws_sns_topic.only_prod', {}),
    ]),
    'prod',
  )
  const found = comparePlanned(prod, stage)
  expect(found).toEqual([
    { address: 'aws_ecs_service.web', path: 'launch_type', here: '"EC2"', there: '"FARGATE"' },
    { address: 'aws_lb.web', path: 'internal', here: 'false', there: 'true' },
    { address: 'aws_sns_topic.only_prod', path: '', here: 'there', there: 'not there' },
    { address: 'aws_sqs_queue.only_stage', path: '', here: 'not there', there: 'there' },
  ])
  expect(promotionNote(found, 'stage')).toContain('4 differences from stage beyond keys, sizes and counts')
  expect(promotionNote([], 'stage')).toContain('this is what stage is')
})

test('how many there are of one makes no difference, nor what is not known yet', () => {
  const stage = plannedOf(plan([create('aws_x.y[0]', { kind: 'a', url: 'http://known' })]), 'stage')
  const prod = plannedOf(
    plan([0, 1, 2].map((n) => create(`aws_x.y[${n}]`, { kind: 'a' }, { after_unknown: { url: true } }))),
    'prod',
  )
  expect(comparePlanned(prod, stage)).toEqual([])
})

test('sensitive values are in no file, and what is destroyed is none of the future', () => {
  const secret = create('a.b', { p: 'hunter-two', q: [1] }, { after_sensitive: { p: true } })
  const planned = plannedOf(plan([secret, change('c.d', { actions: ['delete'], before: { x: 1 } })]), 'stage')
  expect(planned).toEqual({ environment: 'stage', resources: { 'a.b': { p: '***', q: [1] } } })
  expect(parsePlanned(JSON.stringify(planned), 'it')).toEqual(planned)
  expect(() => parsePlanned('{"no": 1}', 'The file')).toThrow('The file is not a plan of another environment.')
})
