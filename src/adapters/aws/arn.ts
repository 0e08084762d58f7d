/** The region of an ARN: `arn:partition:service:region:account:resource`. */
export const regionOfArn = (arn: string): string => arn.split(':')[3] ?? ''
