import { RegistryHosts } from '../../../../../rehearsal/cloud/ecr/registry-hosts.ts'

test('every registry has its own address, opened once', async () => {
  const opened: string[] = []
  const hosts = new RegistryHosts(async (address) => {
    opened.push(address)
    return 4566
  })
  const scopes = [
    { account: '1', region: 'us-east-1' },
    { account: '2', region: 'us-east-1' },
    { account: '1', region: 'eu-west-1' },
  ]
  const found = await Promise.all([...scopes, ...scopes].map((scope) => hosts.of(scope)))
  expect(new Set(found)).toEqual(new Set(['127.0.0.1:4566', '127.0.0.2:4566', '127.0.0.3:4566']))
  expect(opened).toHaveLength(3)
  expect(hosts.scopeAt('127.0.0.2:4566')).toEqual(scopes[1])
  expect(hosts.scopeAt('localhost:4566')).toEqual(scopes[0])
  expect(hosts.scopeAt('127.0.0.9:4566')).toBeUndefined()
})
