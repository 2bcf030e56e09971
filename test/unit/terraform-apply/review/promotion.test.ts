import type { ResourceChangeJson } from '../../../../actions/terraform-apply/src/plan-json/plan-json.ts'
import { comparePlanned, parsePlanned, plannedOf } from '../../../../actions/terraform-apply/src/review/promotion.ts'
import { change, plan } from '../plans.ts'

const create = (address: string, after: object, more = {}) => change(address, { actions: ['create'], after, ...more })

test('reports every difference except in keys, sizes, counts, names and accounts', () => {
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
})

test('ignores the number of instances, and unknown values', () => {
  const stage = plannedOf(plan([create('aws_x.y[0]', { kind: 'a', url: 'http://known' })]), 'stage')
  const prod = plannedOf(
    plan([0, 1, 2].map((n) => create(`aws_x.y[${n}]`, { kind: 'a' }, { after_unknown: { url: true } }))),
    'prod',
  )
  expect(comparePlanned(prod, stage)).toEqual([])
})

/** Where prod differs from stage, which is given first. */
const between = (stage: readonly ResourceChangeJson[], prod: readonly ResourceChangeJson[]) =>
  comparePlanned(plannedOf(plan(prod), 'prod'), plannedOf(plan(stage), 'stage'))

test('compares each instance of a for_each with the one of the same key', () => {
  const both = (web: boolean) => [
    create('aws_sg.x["web"]', { internal: web }),
    create('aws_sg.x["worker"]', { internal: true }),
  ]
  expect(between(both(true), both(true))).toEqual([])
  expect(between(both(true), both(false))).toEqual([
    { address: 'aws_sg.x["web"]', path: 'internal', here: 'false', there: 'true' },
  ])
})

test('compares an instance of another key, or of a count, with the most similar one', () => {
  const subnet = (address: string, open: boolean, zone = 'a') => create(address, { open, zone })
  // Only prod has the keys b and c; what they are is what a is, or it is not.
  expect(between([subnet('s.x["a"]', false)], [subnet('s.x["a"]', false), subnet('s.x["b"]', false)])).toEqual([])
  expect(between([subnet('s.x["a"]', false)], [subnet('s.x["a"]', false), subnet('s.x["c"]', true)])).toEqual([
    { address: 's.x["c"]', path: 'open', here: 'true', there: 'false' },
  ])
  // Of a count each is looked at, and told once.
  const three = [subnet('s.x[0]', true), subnet('s.x[1]', true), subnet('s.x[2]', false, 'b')]
  expect(between([subnet('s.x[0]', false), subnet('s.x[1]', false, 'b')], three)).toEqual([
    { address: 's.x', path: 'open', here: 'true', there: 'false' },
  ])
})

test('treats a key that is the name of the environment as equal', () => {
  const two = (environment: string, internal: boolean) => [
    create(`module.web["${environment}"].aws_lb.x`, { internal }),
    create('module.web["other"].aws_lb.x', { internal: false }),
  ]
  expect(between(two('stage', true), two('prod', true))).toEqual([])
  expect(between(two('stage', true), two('prod', false))).toEqual([
    { address: 'module.web["prod"].aws_lb.x', path: 'internal', here: 'false', there: 'true' },
  ])
})

test.each([
  ['policy_arn', 'arn:aws:iam::aws:policy/ReadOnlyAccess', 'arn:aws:iam::aws:policy/AdministratorAccess', ''],
  ['ingress', [{ cidr_blocks: ['10.0.0.0/8'] }], [{ cidr_blocks: ['0.0.0.0/0'] }], '[0].cidr_blocks[0]'],
  ['cidr_block', '10.1.0.0/16', '0.0.0.0/0', ''],
  ['cidr_block', '10.1.0.0/16', '10.0.0.0/8', ''],
  ['kms_key_id', 'a1b2', null, ''],
  ['security_group_ids', ['sg-1'], [], '[0]'],
  ['image_id', 'ami-0123456789abcdef0', 'ami-0123456789abcdef1', ''],
  ['idle_timeout', 60, 3600, ''],
  ['lb_arn', 'x:loadbalancer/app/a/0123456789abcdef', 'x:loadbalancer/net/a/0123456789abcdef', ''],
  ['parameter', [{ name: 'force_ssl', value: '1' }], [{ name: 'log', value: '1' }], '[0].name'],
  ['db_parameter_group_name', 'strict', 'default.postgres16', ''],
  ['key', { policy: 'strict' }, { policy: 'none' }, '.policy'],
])('reports a difference: %s %j and %j', (name, stage, prod, below) => {
  expect(between([create('a.b', { [name]: stage })], [create('a.b', { [name]: prod })])).toEqual([
    expect.objectContaining({ address: 'a.b', path: `${name}${below}` }),
  ])
})

const uuid = (digit: number) => `0123abcd-0000-4000-8000-${digit}23412341234`
test.each([
  ['id', 'web', 'other'],
  ['name', 'web', 'other'],
  ['arn', 'arn:aws:x:::a', 'arn:aws:x:::b'],
  ['instance_class', 'db.t4g.micro', 'db.r7g.large'],
  ['deregistration_delay', 5, 30],
  ['scaling', [{ min_capacity: 1, max_capacity: 2 }], [{ min_capacity: 2, max_capacity: 20 }]],
  ['vpc_id', 'vpc-0123456789abcdef0', 'vpc-0123456789abcdef1'],
  ['rest_api_id', 'a1b2c3', 'd4e5f6'],
  ['subnet_ids', ['subnet-1', 'subnet-2'], ['subnet-3', 'subnet-4', 'subnet-5']],
  ['security_groups', ['sg-0123456789abcdef0'], ['sg-0123456789abcdef1']],
  ['kms_key_arn', `arn:aws:kms:eu:111111111111:key/${uuid(1)}`, `arn:aws:kms:eu:222222222222:key/${uuid(2)}`],
  ['create_date', '2026-01-01T00:00:00Z', '2026-02-02T00:00:00Z'],
  ['lb_arn', 'x:loadbalancer/app/web-12ab/0123456789abcdef', 'x:loadbalancer/app/web-34cd/fedcba9876543210'],
  [
    'listener_arn',
    'x:listener/app/a/0123456789abcdef/0123456789abcdef',
    'x:listener/app/b/fedcba9876543210/fedcba9876543210',
  ],
  ['valueFrom', 'x:111111111111:secret:db-AbCdEf', 'x:222222222222:secret:db-GhIjKl'],
  ['cidr_block', '10.1.0.0/16', '172.16.0.0/16'],
])('reports no difference: %s %j and %j', (name, stage, prod) => {
  expect(between([create('a.b', { [name]: stage })], [create('a.b', { [name]: prod })])).toEqual([])
})

test('ignores ids that are not known yet', () => {
  const known = create('a.b', { subnet_ids: ['subnet-1', 'subnet-2'], vpc_id: 'vpc-1' })
  const later = create('a.b', {}, { after_unknown: { subnet_ids: true, vpc_id: true } })
  const each = create(
    'a.b',
    { subnet_ids: [null, null] },
    { after_unknown: { subnet_ids: [true, true], vpc_id: true } },
  )
  for (const other of [later, each]) {
    expect(between([known], [other])).toEqual([])
    expect(between([other], [known])).toEqual([])
  }
})

test('leaves sensitive values and destroyed resources out of the file', () => {
  const secret = create('a.b', { p: 'hunter-two', q: [1] }, { after_sensitive: { p: true } })
  const planned = plannedOf(plan([secret, change('c.d', { actions: ['delete'], before: { x: 1 } })]), 'stage')
  expect(planned).toEqual({ environment: 'stage', resources: { 'a.b': { p: '***', q: [1] } } })
  expect(parsePlanned(JSON.stringify(planned), 'it')).toEqual(planned)
  expect(() => parsePlanned('{"no": 1}', 'The file')).toThrow(
    'The file is not the planned file of another environment.',
  )
})
