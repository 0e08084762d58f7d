import {basename, join} from 'node:path'
import {expect} from 'chai'
import {askSettings} from '../../src/cli/ask-settings.js'
import type {GivenSettings} from '../../src/cli/ask-settings.js'
import type {DrEvent} from '../../src/messages.js'
import {thrownBy} from '../support/thrown.js'

describe('the settings that nobody is asked for', () => {
  const settings = async (dir: string, app?: string) => {
    const events: DrEvent[] = []
    const found = await askSettings(
      {app},
      {
        dir,
        folder: join('/work', dir),
        ask: false,
        defaults: true,
        rules: {},
        emit: (event) => void events.push(event),
        signal: new AbortController().signal,
      },
    )
    return {app: found.app, events}
  }

  it('aws 11: take 0.5 ACU for a rehearsal, and 8 and protection for production, where no flag says otherwise', async () => {
    const options = {dir: 'demo', folder: '/projects/demo', ask: false, defaults: true, rules: {}}
    const asked = async (given: GivenSettings) => {
      const {signal} = new AbortController()
      const {capacity, protect} = await askSettings(given, {...options, emit: () => undefined, signal})
      return {...capacity, protect}
    }

    expect(await asked({})).to.deep.equal({min: 0.5, max: 8, protect: false})
    expect(await asked({purpose: 'rehearsal'})).to.deep.equal({min: 0.5, max: 8, protect: false})
    expect(await asked({purpose: 'production'})).to.deep.equal({min: 8, max: 32, protect: true})
    expect(await asked({purpose: 'production', minCapacity: 64, protect: false})).to.deep.equal({
      min: 64,
      max: 64,
      protect: false,
    })
  })

  it('field report 27: have a name that follows from the folder, and is told where it is another one', async () => {
    expect(await settings('demo')).to.deep.equal({app: 'demo', events: []})
    for (const dir of ['my-api', 'api_v2']) {
      const {app, events} = await settings(dir)
      expect(app, dir).not.to.equal(basename(dir))
      expect(events.map((event) => 'text' in event && event.text)).to.have.length(1)
      expect(JSON.stringify(events)).to.contain(app)
    }
  })

  it('field report 27: are refused where the folder gives no name, with the flag that gives one', async () => {
    for (const [dir, typed] of [
      ['2fast', '2fast'],
      ['my shop $(x)-and-more-words', "'my shop $(x)-and-more-words'"],
    ] as const) {
      const error = await thrownBy(settings(dir))
      expect(error).to.include({code: 'AppUnnamed', exit: 'usage', next: `todo-dr init ${typed} --defaults --app NAME`})
      expect((await settings(dir, 'Shop')).app).to.equal('Shop')
    }
  })
})
