// Inputs of docker/build-push-action, and of the actions that log in for it, that this action does not have. They are refused: ignoring them would build another image,
// or leave none where the next step looks for it. Its `github-token` is ignored: it is for a context that is fetched from
// GitHub, and here the context is a folder.
const ELSEWHERE = 'build with docker/build-push-action, and pass its image to `promote` of this action.'
const AS_THE_BUILDER = `Remove it: RUN steps use the builder’s own setting. If you need it, ${ELSEWHERE}`

/** What to do instead, by name. */
export const PEER_INPUTS: Readonly<Record<string, string>> = {
  load: 'Use `push: false`: the image stays in the Docker engine, under its tags. To test it before it is pushed, use `test-command`.',
  outputs:
    'Use `push`: without it the image goes to the registries, with `push: false` it stays in the Docker engine, where `docker save` writes it to a file. To export files of a stage, run `docker buildx build --output` in a step of its own.',
  'build-contexts': `Use \`context\` for a folder, and the image's own name in the Dockerfile (\`FROM\`, \`COPY --from\`) for an image. Or ${ELSEWHERE}`,
  'no-cache-filters': 'Use `no-cache: true`, which builds every stage again.',
  annotations: 'Use `labels`.',
  attests: 'Use `provenance` and `sbom`.',
  ssh: `Use \`secrets\`, with \`RUN --mount=type=secret\`. Or ${ELSEWHERE}`,
  allow: `Use \`network: host\` for \`network.host\`. For anything else ${ELSEWHERE}`,
  call: 'Remove it: this action only builds. To check a Dockerfile, run `docker buildx build --check` in a step of its own.',
  'add-hosts': AS_THE_BUILDER,
  'cgroup-parent': AS_THE_BUILDER,
  'shm-size': AS_THE_BUILDER,
  ulimit: AS_THE_BUILDER,
}

const NO_LOGIN_IS_LEFT =
  'Remove it: the login is used for this image alone. No later step finds it, so none has to be removed.'

/** Inputs of docker/login-action and aws-actions/amazon-ecr-login, with what to do instead. Each of their values has a meaning. */
export const PEER_LOGIN_INPUTS: Readonly<Record<string, string>> = {
  ecr: 'Remove it: an ECR registry is known by its host name, and needs no login.',
  scope: 'Remove it: each login has the scope of the repository that it is for.',
  'registry-auth':
    'Use `registry`, `username` and `password`, or docker/login-action in an earlier step for several registries.',
  logout: NO_LOGIN_IS_LEFT,
  'skip-logout': NO_LOGIN_IS_LEFT,
  registries: 'Remove it: this action logs in to each ECR registry that `images` and `tags` name.',
  'registry-type': 'Remove it: a repository on `public.ecr.aws` is one of ECR Public.',
  'mask-password': 'Remove it: the password is always masked, and is no output.',
  'http-proxy': 'Set `HTTPS_PROXY` under `env:` of the job.',
}
