// The infrastructure of the kill tests: objects in chains, each link created after the one before, so that an apply takes a while.
// Created by the real AWS provider, or by curl in a provisioner, which saves the start of the provider.

export const OBJECT_BUCKET = 'infrastructure'
const CHAINS = 3
const LINKS = 3
export const OBJECTS = CHAINS * LINKS

/** An object in the state. */
export interface ObjectInState {
  readonly key: string
  readonly content: string
}

export interface Infrastructure {
  /** The root module that creates the objects of a round. */
  readonly main: (round: string) => string
  /** Milliseconds that the cloud takes to write an object: long, so that an apply is mostly writing. */
  readonly writeMs: number
  /** Whether it is made by the AWS provider. */
  readonly provider: boolean
  /** Reads the attributes of an instance. */
  readonly objectOf: (attributes: Readonly<Record<string, unknown>>) => ObjectInState
}

const links = (resource: (link: number) => string): string =>
  Array.from({ length: LINKS }, (_, i) => resource(i)).join('\n')

const after = (type: string, link: number): string => (link === 0 ? '' : `depends_on = [${type}.link${link - 1}]`)

/** Created by the AWS provider. */
export const byProvider: Infrastructure = {
  writeMs: 1500,
  provider: true,
  main: (round) => `
  provider "aws" {
    s3_use_path_style           = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_requesting_account_id  = true
  }
  ${links(
    (link) => `resource "aws_s3_object" "link${link}" {
    count   = ${CHAINS}
    bucket  = "${OBJECT_BUCKET}"
    key     = "${round}/link${link}-\${count.index}"
    content = "link ${link} of ${round}"
    ${after('aws_s3_object', link)}
  }`,
  )}`,
  objectOf: ({ key, content }) => ({ key: String(key), content: String(content) }),
}

/** Created by curl, which signs its requests for AWS. */
export const byProvisioner: Infrastructure = {
  writeMs: 400,
  provider: false,
  main: (round) =>
    links(
      (link) => `resource "terraform_data" "link${link}" {
    count = ${CHAINS}
    input = { key = "${round}/link${link}-\${count.index}", content = "link ${link} of ${round}" }
    ${after('terraform_data', link)}
    provisioner "local-exec" {
      command = <<-EOT
        printf %s '\${self.input.content}' | curl --silent --show-error --fail-with-body --aws-sigv4 aws:amz:us-east-1:s3 \\
          --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --upload-file - "$AWS_ENDPOINT_URL/${OBJECT_BUCKET}/\${self.input.key}"
      EOT
    }
  }`,
    ),
  objectOf: ({ input }) => (input as { readonly value: ObjectInState }).value,
}
