import { isLoopback, registryUrl } from '../../../../actions/build-image/src/registry/registry-url.ts'

test('uses plain HTTP for loopback addresses only', () => {
  expect(['localhost', '127.0.0.1', '127.9.8.7', '[::1]'].map(isLoopback)).toEqual([true, true, true, true])
  expect(['127.0.0.1.example.com', '10.0.0.1', 'ghcr.io', '1270.0.0.1'].map(isLoopback)).toEqual([
    false,
    false,
    false,
    false,
  ])
  expect([
    registryUrl('127.0.0.1:5000').href,
    registryUrl('10.0.0.1:5000').href,
    registryUrl('docker.io').href,
  ]).toEqual(['http://127.0.0.1:5000/', 'https://10.0.0.1:5000/', 'https://registry-1.docker.io/'])
})
