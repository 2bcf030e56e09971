import { showRequest } from '../../../../actions/datadog-event/src/api/show-request.ts'
import type { TextRequest } from '../../../../toolkit/http/exchange.ts'

test('shows method, address, headers and the body as indented JSON, with both keys masked', () => {
  const headers = { accept: 'application/json', 'DD-API-KEY': 'secret1', 'DD-APPLICATION-KEY': 'secret2' }
  const request: TextRequest = {
    method: 'POST',
    url: 'https://api.datadoghq.eu/api/v1/events',
    headers,
    body: '{"title":"x"}',
  }
  expect(showRequest(request)).toBe(
    [
      'POST https://api.datadoghq.eu/api/v1/events',
      'accept: application/json',
      'DD-API-KEY: ***',
      'DD-APPLICATION-KEY: ***',
      '',
      '{\n  "title": "x"\n}',
    ].join('\n'),
  )
})

test('ends after the headers where there is no body', () => {
  const request: TextRequest = { method: 'GET', url: 'https://x.example/', headers: { accept: 'application/json' } }
  expect(showRequest(request)).toBe('GET https://x.example/\naccept: application/json')
})
