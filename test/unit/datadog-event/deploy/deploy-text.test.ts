import type { Deploy } from '../../../../actions/datadog-event/src/deploy/deploy.ts'
import { deployOfRecord } from '../../../../actions/datadog-event/src/deploy/deploy-of-record.ts'
import { deployText, deployTitle } from '../../../../actions/datadog-event/src/deploy/deploy-text.ts'
import { deployedService, RECORD } from '../../../support/datadog-event/datadog.ts'

const pullRequest = { number: 12, url: 'https://github.com/org/web/pull/12' }
const deploy = deployOfRecord(RECORD, { services: [] }, { message: 'Fix @all the *cart*\n\nlong', pullRequest })
const title = (more: Partial<Deploy>, limit = 500) => deployTitle({ ...deploy, ...more }, limit)
const bare: Deploy = {
  ...deploy,
  services: [deployedService('web')],
  commit: { sha: '', url: '', repositoryUrl: '' },
  run: { url: '', actor: '', ref: '' },
}
const nothing = { services: deploy.services.map((service) => ({ ...service, started: false })) }
const { pullRequest: _, ...outsideGithub } = bare

describe('the title', () => {
  test.each<[Partial<Deploy>, string]>([
    [{}, 'Deploy of web 1.4.2 to production succeeded'],
    [{ status: 'started' }, 'Deploy of web 1.4.2 to production started'],
    [{ status: 'rolled-back' }, 'Deploy of web 1.4.2 to production was rolled back'],
    [{ kind: 'rollback' }, 'Rollback of web to 1.4.2 in production succeeded'],
    [{ awaited: false }, 'Deploy of web 1.4.2 to production was handed to ECS'],
    [{ awaited: false, status: 'failed' }, 'Deploy of web 1.4.2 to production failed'],
    [nothing, 'Deploy of web 1.4.2 to production changed nothing'],
    [{ ...nothing, kind: 'rollback' }, 'Rollback of web to 1.4.2 in production changed nothing'],
    [{ ...nothing, status: 'failed' }, 'Deploy of web 1.4.2 to production failed before its rollout'],
    [{ ...nothing, status: 'cancelled' }, 'Deploy of web 1.4.2 to production was cancelled before its rollout'],
    [
      { services: [deployedService('web', { code: { version: RECORD.commit.sha } })] },
      'Deploy of web 0123456 to production succeeded',
    ],
  ])('of %j is %s', (more, expected) => expect(title(more)).toBe(expected))

  test('names all services, and neither version nor environment where they are not known', () => {
    const { environment: _environment, ...unknown } = deploy
    const services = ['web', 'worker'].map((name) => deployedService(name))
    expect(deployTitle({ ...unknown, services }, 500)).toBe('Deploy of web, worker succeeded')
    expect(deployTitle({ ...unknown, services, kind: 'rollback' }, 500)).toBe('Rollback of web, worker succeeded')
  })

  test('is cut before its ending', () => {
    expect(title({ services: [deployedService('x'.repeat(600))] }, 40)).toBe(`Deploy of ${'x'.repeat(19)}… succeeded`)
  })

  test('contains no mention that Datadog would send', () => {
    expect(title({ environment: '@all' })).toContain('@\u200ball')
  })
})

describe('the text', () => {
  test('has revision, reason and images of each service, the first line of the commit, and links', () => {
    expect(deployText(deploy, 'more', 4000)).toBe(
      [
        '**web** (web:42): The rollout is complete and all 3 targets are healthy.',
        `- \`${RECORD.services[0]?.images[0]?.image}\``,
        '> Fix @\u200ball the \\*cart\\*',
        'more',
        `[run](${RECORD.run.url}) · [commit 0123456](${RECORD.commit.url}) · [pull request \\#12](${pullRequest.url}) · by ada`,
      ].join('\n\n'),
    )
  })

  test('has what came after the deploy, and notifies nobody by it', () => {
    const note = 'The rollback ended as `failed`: no capacity for @ada %%%'
    expect(deployText({ ...outsideGithub, note }, undefined, 4000)).toBe(
      'The rollback ended as `failed`: no capacity for @\u200bada %\u200b%\u200b%',
    )
  })

  test('leaves out a service without details, and links without an address', () => {
    expect(deployText(outsideGithub, undefined, 4000)).toBe('')
    expect(deployText(outsideGithub, 'more', 4000)).toBe('more')
  })

  test('cuts the body, and keeps the links', () => {
    const text = deployText(deploy, 'x'.repeat(5000), 1000)
    expect(text).toHaveLength(1000)
    expect(text).toMatch(/x…\n\n\[run\]\(.*by ada$/)
  })
})
