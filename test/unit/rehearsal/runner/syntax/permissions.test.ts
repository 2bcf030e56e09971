import { permissionsOf, refuseExcessPermissions } from '../../../../../rehearsal/runner/syntax/permissions.ts'

const inherited = { contents: 'read' }

it('reads mappings, read-all, write-all and {}, and inherits without the key', () => {
  expect(permissionsOf({ issues: 'write' }, inherited)).toEqual({ issues: 'write' })
  expect(permissionsOf(undefined, inherited)).toBe(inherited)
  expect(permissionsOf({}, inherited)).toEqual({})
  expect(permissionsOf(null, inherited)).toEqual({})
  expect(new Set(Object.values(permissionsOf('read-all', inherited)))).toEqual(new Set(['read']))
  expect(permissionsOf('write-all', inherited)).toMatchObject({ 'id-token': 'write', contents: 'write' })
})

it.each([
  [{ contents: 'read' }, { contents: 'write' }],
  [{ contents: 'none' }, {}],
  [{}, {}],
])('allows %j within %j', (asked, allowed) => {
  expect(() => refuseExcessPermissions(asked, allowed, 'deploy')).not.toThrow()
})

it.each([
  [{ contents: 'write' }, { contents: 'read' }, "'contents: write', but is only allowed 'contents: read'"],
  [{ 'id-token': 'write' }, {}, "'id-token: write', but is only allowed 'id-token: none'"],
])('refuses %j within %j', (asked, allowed, message) => {
  expect(() => refuseExcessPermissions(asked as Record<string, string>, allowed, 'deploy')).toThrow(message)
})
