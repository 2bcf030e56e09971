import { clearSession, exportSession } from '../../../actions/assume-role/src/exported.ts'
import { fakeRunner } from './fake-runner.ts'

const session = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'the-secret',
  sessionToken: 'the-token',
  expiration: new Date(0),
}

test("exports the role's credentials, and its region under both names", () => {
  const { runner, exported } = fakeRunner()
  exportSession(session, 'eu-west-1', runner)
  expect(exported).toEqual({
    AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'the-secret',
    AWS_SESSION_TOKEN: 'the-token',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
  })
})

test('clears the credentials, and leaves the region', () => {
  const { runner, exported } = fakeRunner()
  exportSession(session, 'eu-west-1', runner)
  clearSession(runner)
  expect(exported).toEqual({
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_SESSION_TOKEN: '',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
  })
})
