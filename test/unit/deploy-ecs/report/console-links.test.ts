import { logUrl, serviceUrl, taskUrl } from '../../../../actions/deploy-ecs/src/report/console-links.ts'

describe('a link', () => {
  test('has the host of its partition', () => {
    expect(serviceUrl('arn:aws:ecs:eu-west-1:1:service/x/y')).toBe('')
    expect(serviceUrl('arn:aws:ecs:eu-west-1:123456789012:service/prod/web')).toBe(
      'https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/prod/services/web/health?region=eu-west-1',
    )
    expect(serviceUrl('arn:aws-cn:ecs:cn-north-1:123456789012:service/prod/web')).toMatch(
      /^https:\/\/console\.amazonaws\.cn\//,
    )
    expect(taskUrl('arn:aws-us-gov:ecs:us-gov-west-1:123456789012:task/prod/abc')).toMatch(
      /^https:\/\/console\.amazonaws-us-gov\.com\//,
    )
  })

  test('to a log stream is escaped twice, as the console expects', () => {
    const stream = { region: 'eu-west-1', group: '/web', stream: 'ecs/app/abc' }
    expect(logUrl(stream, 'arn:aws:ecs:eu-west-1:123456789012:service/prod/web')).toContain(
      'log-group/$252Fweb/log-events/ecs$252Fapp$252Fabc',
    )
  })

  test('to a log stream whose name is no whole text is a link all the same', () => {
    const stream = { region: 'eu-west-1', group: '/web', stream: 'half of a letter: \ud835' }
    expect(logUrl(stream, 'arn:aws:ecs:eu-west-1:123456789012:service/prod/web')).toContain('$25EF$25BF$25BD')
  })
})

test.each([
  [
    'arn:aws:ecs:eu-west-1:123456789012:task/prod/abc',
    'https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/prod/tasks/abc/configuration?region=eu-west-1',
  ],
  ['arn:aws:ecs:eu-west-1:123456789012:service/prod/web', ''],
  // Consoles that we do not know the host of.
  ['arn:aws-iso:ecs:us-iso-east-1:123456789012:task/prod/abc', ''],
  ['', ''],
])('the page of task %j is %j', (arn, url) => {
  expect(taskUrl(arn)).toBe(url)
})

test('the page of a service has the tab that is asked for', () => {
  expect(serviceUrl('arn:aws:ecs:eu-west-1:123456789012:service/prod/web', 'events')).toContain('/services/web/events?')
})
