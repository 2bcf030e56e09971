import { registerAgain } from '../../../../actions/deploy-ecs/src/change/register-again.ts'
import { fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'
import { arn } from '../../../support/deploy-ecs/observations.ts'

const name = { cluster: 'prod', service: 'web' }
const registration = { family: 'web', containerDefinitions: [{ name: 'app', image: 'web:old' }] }

function again(unknownMembers: string, unknown: readonly string[]) {
  const fake = fakeAws({
    DescribeTaskDefinition: { taskDefinition: { ...registration, containerDefinitions: [{ name: 'bad' }] } },
    RegisterTaskDefinition: { taskDefinition: { taskDefinitionArn: arn(3) } },
  })
  const { log, lines } = fakeLog()
  const context = { aws: fake.aws, log, inputs: { unknownMembers } as never }
  return { ...fake, lines, arn: registerAgain(context, name, { source: 'web:1', registration, unknown }) }
}

const WENT_BACK = 'notice: web:1 was deregistered: service `prod/web` goes back to web:3, which has the same content.'
const LOST = 'This action does not know `shiny` in web:1: the new revision is without it.'

test('registers the same content, and names both revisions', async () => {
  const { arn: registered, requests, lines } = again('refuse', [])
  expect(await registered).toBe(arn(3))
  expect(requests('RegisterTaskDefinition')).toEqual([registration])
  expect(lines).toEqual([WENT_BACK])
})

test('warns of members that the new revision loses', async () => {
  const { arn: registered, lines } = again('warn', ['shiny'])
  await registered
  expect(lines).toEqual([`warning: ${LOST}`, WENT_BACK])
})

test('registers nothing without them where that is refused', async () => {
  const { arn: registered, requests } = again('refuse', ['shiny'])
  await expect(registered).rejects.toThrow(LOST)
  expect(requests('RegisterTaskDefinition')).toEqual([])
})
