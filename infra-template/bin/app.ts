import {buildApp, newApp} from '../lib/app.js'
import {loadConfig} from '../lib/config.js'

/** Synthesizes the whole deployment into CDK_OUTDIR, or cdk.out beside cdk.json. */
const app = newApp(process.env.CDK_OUTDIR ?? 'cdk.out')
buildApp(
  app,
  loadConfig((key) => app.node.tryGetContext(key)),
)
app.synth()
