/** Delays of eventually consistent reads, in milliseconds of the cloud's time. */
export interface Staleness {
  /** How long `currentServiceDeployment` names the previous deployment. */
  readonly currentServiceDeployment: number
  /** How long ListServiceDeployments omits a new deployment. */
  readonly serviceDeployments: number
}

export const FRESH: Staleness = { currentServiceDeployment: 0, serviceDeployments: 0 }
