import { readSignature } from '../../../../../rehearsal/cloud/kernel/signature.ts'

const head = (headers: Record<string, string>, url = 'http://127.0.0.1/') => ({
  method: 'GET',
  url: new URL(url),
  headers,
})

test('reads access key, region and service', () => {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=ASIAX/20260101/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=ab'
  expect(readSignature(head({ authorization, 'x-amz-security-token': 'token' }))).toEqual({
    accessKeyId: 'ASIAX',
    region: 'eu-west-1',
    service: 'ecs',
    sessionToken: 'token',
  })
})

test('reads a presigned URL', () => {
  const url =
    'http://127.0.0.1/b/k?X-Amz-Credential=AKIAX%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Security-Token=t'
  expect(readSignature(head({}, url))).toEqual({
    accessKeyId: 'AKIAX',
    region: 'us-east-1',
    service: 's3',
    sessionToken: 't',
  })
})

test.each([
  ['nothing', {}],
  ['basic authorization', { authorization: 'Basic QVdTOng=' }],
  [
    'a scope that is cut short',
    { authorization: 'AWS4-HMAC-SHA256 Credential=AKIAX/20260101/us-east-1, Signature=ab' },
  ],
])('%s is no signature', (_, headers) => {
  expect(readSignature(head(headers as Record<string, string>))).toBeUndefined()
})
