import { SITES, siteNamed } from '../../../../actions/datadog-event/src/api/site.ts'

test.each(SITES)('%s has its API and its events intake', (site) => {
  expect(siteNamed(site)).toEqual({
    name: site,
    api: `https://api.${site}`,
    intake: `https://event-management-intake.${site}`,
    app: expect.stringMatching(new RegExp(`^https://(app\\.)?${site}$`)),
  })
})

test.each([
  ['datadoghq.com', 'https://app.datadoghq.com'],
  ['datadoghq.eu', 'https://app.datadoghq.eu'],
  ['ddog-gov.com', 'https://app.ddog-gov.com'],
  ['us5.datadoghq.com', 'https://us5.datadoghq.com'],
])('the web application of %s is %s', (site, app) => expect(siteNamed(site).app).toBe(app))
