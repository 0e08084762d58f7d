/** The function's environment, as the template sets it. Throws at once where something is missing. */

/** Of a database user: by the password of a secret, or by tokens that the function signs. */
export type Login = {secretArn: string} | {iamUser: string}

export function need(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is missing.`)
  return value
}

export const environment = {
  /** Set by Lambda itself. */
  get region(): string {
    return need('AWS_REGION')
  },
  /** The proxy's default endpoint: reads and writes, on the primary only. */
  get proxyHost(): string {
    return need('DB_PROXY_HOST')
  },
  /** The proxy's READ_ONLY endpoint: serves while the cluster has a reader. */
  get readerHost(): string {
    return need('DB_READER_HOST')
  },
  get database(): string {
    return need('DB_NAME')
  },
  /** Of the functions behind the API, and of those that look at its data. */
  get login(): Login {
    const {iamUser} = this
    return iamUser === undefined ? {secretArn: this.secretArn} : {iamUser}
  },
  get secretArn(): string {
    return need('DB_SECRET_ARN')
  },
  /** Logs in by tokens; undefined where the template has no such user. */
  get iamUser(): string | undefined {
    return process.env.DB_IAM_USER
  },
  get adminSecretArn(): string {
    return need('DB_ADMIN_SECRET_ARN')
  },
}
