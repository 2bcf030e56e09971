import { parseCommandLine } from '../../../../rehearsal/cloud/command-line.ts'

test('by default, a cloud ends with its parent process and answers to no other name', () => {
  expect(parseCommandLine([])).toMatchObject({ keepRunning: false, options: { hostnames: [] } })
})

test('--keep-running lets it outlive its parent process', () => {
  expect(parseCommandLine(['--keep-running'])).toMatchObject({ keepRunning: true })
})

test('containers may use the machine only with --allow-host-access', () => {
  expect(parseCommandLine([]).options.allowHostAccess).toBe(false)
  expect(parseCommandLine(['--allow-host-access']).options.allowHostAccess).toBe(true)
})

test('--allow-hostname can be repeated', () => {
  const args = ['--allow-hostname', 'host.docker.internal', '--allow-hostname', '172.17.0.1']
  expect(parseCommandLine(args).options.hostnames).toEqual(['host.docker.internal', '172.17.0.1'])
})
