/** A Datadog site and its addresses. */
export interface Site {
  /** As Datadog names it, such as `datadoghq.eu`; or the host of `api-url`. */
  readonly name: string
  /** The API's base address, without a slash at its end. */
  readonly api: string
  /** The base address of the events intake. */
  readonly intake: string
  /** The base address of the web application; '' where it is not known. */
  readonly app: string
}

/** The sites that Datadog lists in its documentation. */
export const SITES = [
  'datadoghq.com',
  'us3.datadoghq.com',
  'us5.datadoghq.com',
  'ap1.datadoghq.com',
  'ap2.datadoghq.com',
  'datadoghq.eu',
  'ddog-gov.com',
  'us2.ddog-gov.com',
  'uk1.datadoghq.com',
] as const

/** The site of this name. The web application has `app.` in front, except on sites that are a part of another. */
export const siteNamed = (name: string): Site => ({
  name,
  api: `https://api.${name}`,
  intake: `https://event-management-intake.${name}`,
  app: `https://${name.split('.').length > 2 ? name : `app.${name}`}`,
})
