/** How far behind the truth some answers are: AWS's reads are eventually consistent. In milliseconds of cloud time. */
export interface Staleness {
  /** How long after a new deployment `currentServiceDeployment` still names the one before. */
  readonly currentServiceDeployment: number
  /** How long after a new deployment ListServiceDeployments does not list it yet. */
  readonly serviceDeployments: number
}

export const FRESH: Staleness = { currentServiceDeployment: 0, serviceDeployments: 0 }
