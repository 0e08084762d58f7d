import {Fn, Stack} from 'aws-cdk-lib'
import type {Construct} from 'constructs'
import {namesOf, type Config, type Names} from './config.js'
import {OwningSynthesizer} from './synthesizer.js'

export interface RegionStackProps {
  config: Config
  region: string
  description: string
}

/** A stack pinned to account and region, whose name is its id, and which never looks anything up. */
export abstract class RegionStack extends Stack {
  protected readonly config: Config
  protected readonly names: Names

  constructor(scope: Construct, id: string, props: RegionStackProps) {
    super(scope, id, {
      stackName: id,
      description: props.description,
      env: {account: props.config.account, region: props.region},
      synthesizer: new OwningSynthesizer(props.config.app),
      crossRegionReferences: true,
      analyticsReporting: false,
      terminationProtection: props.config.protect,
    })
    this.config = props.config
    this.names = namesOf(props.config)
  }

  /** Zones stay tokens, so that synthesis asks no account for them. */
  override get availabilityZones(): string[] {
    return [Fn.select(0, Fn.getAzs()), Fn.select(1, Fn.getAzs())]
  }

  protected get other(): string {
    return this.region === this.config.home ? this.config.away : this.config.home
  }
}
