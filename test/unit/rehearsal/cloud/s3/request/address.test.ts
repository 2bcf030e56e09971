import { readAddress } from '../../../../../../rehearsal/cloud/s3/request/address.ts'

const head = (method: string, url: string, headers: Record<string, string> = {}) => ({
  method,
  url: new URL(url),
  headers,
})

test.each([
  ['http://127.0.0.1:4566/bucket/a/b%20c', { bucket: 'bucket', key: 'a/b c' }],
  ['http://127.0.0.1:4566/bucket', { bucket: 'bucket', key: '' }],
  ['http://127.0.0.1:4566/', { bucket: '', key: '' }],
  ['http://bucket.localhost:4566/a/b', { bucket: 'bucket', key: 'a/b' }],
  ['http://bucket.s3.notamazonaws.com/k', { bucket: 'k', key: '' }],
  ['http://my.bucket.s3.eu-west-1.amazonaws.com/k', { bucket: 'my.bucket', key: 'k' }],
])('parses %s', (url, expected) => {
  expect(readAddress(head('GET', url))).toEqual(expected)
})
