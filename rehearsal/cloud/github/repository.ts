import type { Clock } from '../kernel/clock.ts'
import { GitHubError, validationFailed } from './answers.ts'

/** GitHub's limit for the bodies of issues and comments. */
const LONGEST_BODY = 65_536

/** Login of a workflow's own token. */
export const ACTIONS = 'github-actions[bot]'

export interface Comment {
  readonly id: number
  readonly issue: number
  /** Login of its author. */
  readonly author: string
  body: string
  readonly createdAt: string
  updatedAt: string
}

export interface Issue {
  readonly number: number
  title: string
  body: string
  state: 'open' | 'closed'
  stateReason: string | null
  labels: readonly string[]
  /** A pull request is an issue too. It is merged when it has a merge commit; its head is the last of its commits. */
  pull?: { readonly mergeCommit: string | null; readonly commits: readonly string[] }
}

export type IssueChange = Partial<Pick<Issue, 'title' | 'body' | 'state' | 'stateReason'>>

export interface WorkflowRun {
  readonly id: number
  readonly attempt: number
  status: 'queued' | 'in_progress' | 'completed'
  conclusion: 'success' | 'failure' | 'cancelled' | null
}

/** The parts of a GitHub repository that Slipway's actions use: issues, pull requests, comments, workflow runs. */
export class Repository {
  readonly name: string
  readonly issues = new Map<number, Issue>()
  readonly comments = new Map<number, Comment>()
  readonly runs = new Map<number, WorkflowRun>()
  readonly #clock: Clock
  #numbers = 0
  #ids = 1000

  constructor(name: string, clock: Clock) {
    this.name = name
    this.#clock = clock
  }

  openIssue(title: string, body: string, labels: readonly string[] = [], pull?: Issue['pull']): Issue {
    if (title.trim() === '') throw validationFailed('Issue', 'title', "title can't be blank")
    checkBody('Issue', body)
    const number = ++this.#numbers
    const issue: Issue = {
      number,
      title,
      body,
      state: 'open',
      stateReason: null,
      labels,
      ...(pull === undefined ? {} : { pull }),
    }
    this.issues.set(number, issue)
    return issue
  }

  updateIssue(number: number, change: IssueChange): Issue {
    const issue = this.issue(number)
    if (change.body !== undefined) checkBody('Issue', change.body)
    if (change.state === 'open') issue.stateReason = null
    return Object.assign(issue, change)
  }

  comment(issue: number, body: string, author = ACTIONS): Comment {
    this.issue(issue)
    checkBody('IssueComment', body)
    const now = this.#now()
    const comment = { id: ++this.#ids, issue, author, body, createdAt: now, updatedAt: now }
    this.comments.set(comment.id, comment)
    return comment
  }

  updateComment(id: number, body: string): Comment {
    const comment = this.comments.get(id) ?? notFound()
    checkBody('IssueComment', body)
    return Object.assign(comment, { body, updatedAt: this.#now() })
  }

  commentsOf(issue: number): readonly Comment[] {
    this.issue(issue)
    return [...this.comments.values()].filter((comment) => comment.issue === issue)
  }

  /** The pull requests that contain a commit, or whose merge commit it is. */
  pullsOf(sha: string): readonly Issue[] {
    return [...this.issues.values()].filter(
      ({ pull }) => pull !== undefined && (pull.mergeCommit === sha || pull.commits.includes(sha)),
    )
  }

  pull(number: number): Issue {
    const issue = this.issue(number)
    return issue.pull === undefined ? notFound() : issue
  }

  /** Merges a pull request, which closes it. */
  merge(number: number, mergeCommit: string): void {
    const issue = this.pull(number)
    issue.state = 'closed'
    issue.pull = { mergeCommit, commits: issue.pull?.commits ?? [] }
  }

  issue(number: number): Issue {
    return this.issues.get(number) ?? notFound()
  }

  run(id: number): WorkflowRun {
    return this.runs.get(id) ?? notFound()
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString()
  }
}

function checkBody(resource: string, body: string): void {
  if (body.length > LONGEST_BODY) {
    throw validationFailed(resource, 'body', `body is too long (maximum is ${LONGEST_BODY} characters)`)
  }
}

function notFound(): never {
  throw new GitHubError(404, 'Not Found')
}
