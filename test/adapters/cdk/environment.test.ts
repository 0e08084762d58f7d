import {expect} from 'chai'
import {toolkitEnvironment} from '../../../src/adapters/cdk/environment.js'

const USERS = {
  PATH: '/bin',
  AWS_PROFILE: 'production',
  AWS_SESSION_TOKEN: 'real',
  AWS_ENDPOINT_URL_S3: 'https://s3.example',
  AWS_ACCESS_KEY_ID: 'real',
}
const KEYS = {accessKeyId: 'lab', secretAccessKey: 'lab'}

describe("the toolkit's environment", () => {
  it('holds nothing of the real account where it is for a lab', () => {
    const made = toolkitEnvironment(
      {endpoint: 'http://127.0.0.1:1', credentials: KEYS},
      {cdkHome: '/state/cdk', region: 'eu-west-1'},
      USERS,
    )
    expect(made).to.include({
      PATH: '/bin',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'lab',
      AWS_SECRET_ACCESS_KEY: 'lab',
      CDK_HOME: '/state/cdk',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    })
    expect(made).not.to.have.any.keys('AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL_S3')
  })

  it("is the user's own on AWS", () => {
    const made = toolkitEnvironment({profile: 'x'}, {}, USERS)
    expect(made).to.include(USERS)
    expect(made).not.to.have.any.keys('CDK_HOME', 'AWS_ENDPOINT_URL')
  })

  it("keeps the user's credentials with an endpoint of another kind, and no other endpoint", () => {
    const made = toolkitEnvironment(
      {endpoint: 'https://aws.example'},
      {cdkHome: '/state/cdk', region: 'eu-west-1'},
      USERS,
    )
    expect(made).to.include({AWS_PROFILE: 'production', AWS_ENDPOINT_URL: 'https://aws.example'})
    expect(made).not.to.have.any.keys('AWS_ENDPOINT_URL_S3')
  })
})
