import {expect} from 'chai'
import {readFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {Clients} from '../../../../src/adapters/aws/clients.js'
import {openRoute} from '../../../../src/adapters/aws/routing/index.js'
import {ROOT} from '../../../support/cli.js'
import {AWAY, HOME, sampleDeployment} from '../../../support/deployment.js'
import {serve} from '../../../support/server.js'

describe('the route by an object in S3', () => {
  it('is what the object holds', async () => {
    let held = HOME
    const server = await serve(({method, body}) => {
      if (method === 'PUT') held = body
      return method === 'PUT' ? {} : {body: held}
    })
    const clients = new Clients({endpoint: server.url, credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'}})
    const route = openRoute(clients, {
      ...sampleDeployment(),
      route: {kind: 'object', region: HOME, bucket: 'a-bucket', key: 'serving'},
    })
    try {
      expect(await route.serving()).to.equal(HOME)
      await route.steer(AWAY)
      expect(await route.serving()).to.equal(AWAY)
      expect(server.asked[0]!.url).to.contain('/a-bucket/serving')
      expect(route.byHand(AWAY)).to.equal(`write ${AWAY} into s3://a-bucket/serving`)
    } finally {
      await clients.close()
      await server.close()
    }
  })

  it('is named by the map that the template makes', () => {
    const assembly = join(ROOT, 'dist/assembly')
    const stacks = readdirSync(assembly).filter((name) => /directory.*\.template\.json$/.test(name))
    expect(stacks).to.have.length(2)
    for (const stack of stacks)
      expect(readFileSync(join(assembly, stack), 'utf8')).to.contain(String.raw`\"route\":{\"kind\":\"object\"`)
  })
})
