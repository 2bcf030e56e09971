import { registryUrl } from '../../../../actions/build-image/src/registry/registry-url.ts'

test('uses plain HTTP for loopback addresses only', () => {
  expect([
    registryUrl('127.0.0.1:5000').href,
    registryUrl('10.0.0.1:5000').href,
    registryUrl('docker.io').href,
  ]).toEqual(['http://127.0.0.1:5000/', 'https://10.0.0.1:5000/', 'https://registry-1.docker.io/'])
})
