import type { Entry } from '../../../../../rehearsal/rehearse/checks/journal.ts'
import { checkPromotion, digestOf } from '../../../../../rehearsal/rehearse/checks/promotion.ts'

const digest = `sha256:${'a'.repeat(64)}`
const layer = `sha256:${'1'.repeat(64)}`
const stage = { account: '111111111111', image: `127.0.0.1:5000/web@${digest}` }
const prod = { account: '222222222222', image: `127.0.0.2:5000/web@${digest}` }

const journal = (...entries: Record<string, unknown>[]): Entry[] =>
  entries.map((entry, index) => ({ seq: index + 1, type: '', ...entry }))
const asked = (registry: string, method: string, what: string, reference: string, status = 200) => ({
  type: 'registry',
  method,
  what,
  reference,
  registry,
  account: prod.account,
  role: 'deploy-web',
  status,
})
const called = (account: string, role?: string) => ({
  type: 'api',
  service: 'ecs',
  action: 'UpdateService',
  account,
  role,
})

const good = {
  found: asked(stage.account, 'GET', 'manifest', digest),
  missing: asked(prod.account, 'HEAD', 'blob', layer, 404),
  read: asked(stage.account, 'GET', 'blob', layer),
  pushed: asked(prod.account, 'PUT', 'manifest', digest, 201),
  confirmed: asked(prod.account, 'HEAD', 'manifest', digest),
  pulled: { ...asked(prod.account, 'HEAD', 'manifest', digest), role: 'ecsTaskExecutionRole' },
  assumed: { ...called('333333333333', 'ci'), service: 'sts', action: 'AssumeRole' },
  updated: called(prod.account, 'deploy-web'),
}

it("accepts a promotion of stage's image", () => {
  expect(checkPromotion(journal(...Object.values(good)), stage, prod)).toEqual([])
})

it("accepts layers that prod's registry had before", () => {
  const { missing: _, read: __, ...rest } = good
  const had = asked(prod.account, 'HEAD', 'blob', layer)
  expect(checkPromotion(journal(...Object.values(rest), had), stage, prod)).toEqual([])
})

const other = `sha256:${'b'.repeat(64)}`
const without = (name: keyof typeof good) =>
  Object.entries(good).flatMap(([key, entry]) => (key === name ? [] : [entry]))
const all = Object.values(good)
const cases: readonly (readonly [string, Record<string, unknown>[], string, RegExp])[] = [
  ['another image', all, `127.0.0.2:5000/web@${other}`, /deploys .*b, but stage ran .*a$/],
  ['an image by tag', all, '127.0.0.2:5000/web:v1.2.3', /deploys .*:v1\.2\.3, but stage ran/],
  ['no image', all, '', /deploys no image/],
  [
    'an image that never came from stage',
    without('found'),
    prod.image,
    /account 222222222222 did not read an image from stage's registry/,
  ],
  [
    'a build, though it gave the same bytes',
    without('read'),
    prod.image,
    /an image was built: 1 layers .*sha256:1{64}/,
  ],
  ['a rollout that did not pull it', without('pulled'), prod.image, /no task pulled sha256:a+ from .* 222222222222/],
  [
    'a call in another account',
    [...all, called(stage.account, 'deploy-web')],
    prod.image,
    /1 calls were made outside account 222222222222, such as ecs:UpdateService in 111111111111/,
  ],
]
it.each(cases)('finds %s, and no other problem', (_, entries, image, problem) => {
  expect(checkPromotion(journal(...entries), stage, { ...prod, image })).toEqual([expect.stringMatching(problem)])
})

it('does not treat two unpinned images as the same', () => {
  const [problem] = checkPromotion(journal(...all), { ...stage, image: '' }, { ...prod, image: '' })
  expect(problem).toMatch(/deploys no image, but stage ran none/)
})

it('does not count a refused read', () => {
  const refused = { ...good.read, status: 403 }
  expect(checkPromotion(journal(...without('read'), refused), stage, prod)).toEqual([
    expect.stringMatching(/an image was built/),
  ])
})

it('reads the digest of a reference', () => {
  expect(digestOf(stage.image)).toBe(digest)
  expect(digestOf('web:latest')).toBe('')
})
