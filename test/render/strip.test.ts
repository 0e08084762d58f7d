import {expect} from 'chai'
import stringWidth from 'fast-string-width'
import fc from 'fast-check'
import {setTimeout as delay} from 'node:timers/promises'
import {stripVTControlCharacters} from 'node:util'
import type {DrEvent, SecondCell} from '../../src/messages.js'
import {stripText, wantsUnicode} from '../../src/render/strip.js'
import type {LoadEvent} from '../../src/render/strip.js'
import {openTerminal} from '../../src/render/terminal.js'
import {keepEnvironment} from '../support/environment.js'

const LETTERS: Record<string, SecondCell> = {'=': 'ok', x: 'fail', '?': 'unsure', '.': 'waiting', _: 'none'}

const load = (letters: string, more: Partial<LoadEvent> = {}): LoadEvent => ({
  code: 'load',
  cells: [...letters].map((letter) => LETTERS[letter]!),
  writesPerSecond: 48,
  seconds: letters.length,
  ...more,
})

/** A terminal that moves no text when its width changes, and counts what is written beyond it. */
class Screen {
  readonly isTTY = true
  readonly rows = 24
  columns = 60
  #lines = ['']
  #row = 0

  write(text: string): boolean {
    for (const [index, part] of stripVTControlCharacters(text).split('\n').entries()) {
      if (index > 0) this.#row++
      this.#lines[this.#row] = (this.#lines[this.#row] ?? '') + part
      if (stringWidth(this.#lines[this.#row]!) >= this.columns) this.overrun.push(this.#lines[this.#row]!)
    }

    return true
  }

  readonly overrun: string[] = []
  cursorTo = (): boolean => true
  moveCursor = (_: number, by: number): boolean => {
    this.#row += by
    return true
  }
  clearLine = (): boolean => {
    this.#lines[this.#row] = ''
    return true
  }
  on = (): this => this
  once = (): this => this

  get text(): string[] {
    return this.#lines.filter(Boolean)
  }
}

describe('the load of a measurement', () => {
  const putBack = keepEnvironment()

  afterEach(putBack)

  it('field report F: is a strip of its last seconds, the rate and the time, with and without colour and Unicode', () => {
    const event = load('====xx?._=', {seconds: 65})
    expect(stripText(event, {colour: false, unicode: false, width: 57})).to.equal('writes ====xx?._= 48/s, 1:05')
    const drawn = stripText(event, {colour: true, unicode: true, width: 57})
    expect(drawn).to.contain('\u001B[31m×').and.to.contain('\u001B[32m▇')
    expect(stripVTControlCharacters(drawn)).to.equal('writes ▇▇▇▇××?· ▇ 48/s, 1:05')
    expect(stripText(load(`${'x'.repeat(30)}${'='.repeat(40)}`), {colour: false, unicode: false, width: 57})).to.equal(
      `writes ${'='.repeat(39)} 48/s, 1:10`,
    )
  })

  it('field report F: takes no more than a line of any terminal (property)', () => {
    const letters = fc.string({unit: fc.constantFrom('=', 'x', '?', '.', '_'), minLength: 1, maxLength: 60})
    fc.assert(
      fc.property(letters, fc.integer({min: 1, max: 200}), fc.nat(2000), (cells, width, writesPerSecond) => {
        const strip = stripText(load(cells, {writesPerSecond}), {colour: true, unicode: true, width})
        expect(stringWidth(strip)).to.be.at.most(width)
      }),
    )
  })

  it('field report F: is drawn in ASCII where the locale or the terminal has no more', () => {
    expect(wantsUnicode({LANG: 'en_US.UTF-8', TERM: 'xterm'})).to.equal(true)
    expect(wantsUnicode({LC_ALL: 'C', LANG: 'en_US.UTF-8'})).to.equal(false)
    expect(wantsUnicode({LANG: 'C.utf8', TERM: 'linux'})).to.equal(false)
    expect(wantsUnicode({})).to.equal(false)
  })

  it('field report F: is told off a terminal when it changes, and not every second', () => {
    let text = ''
    const stream = {write: (chunk: string) => Boolean((text += chunk))} as unknown as NodeJS.WriteStream
    const terminal = openTerminal(stream)
    const seconds = '======xx??xx.====='
    for (let end = 1; end <= seconds.length; end++) terminal.emit(load(seconds.slice(0, end).replace(/.$/, '.')))
    terminal.emit(load(''))
    expect(text.trimEnd().split('\n')).to.deep.equal([
      'writes are served, 0 s after the load began',
      'writes are not served, 6 s after the load began',
      'writes are served, 13 s after the load began',
    ])
  })

  it('field report F: is redrawn in its place below the running steps, and leaves every line above as it is', async () => {
    for (const name of ['CI', 'FORCE_COLOR']) delete process.env[name]
    Object.assign(process.env, {NO_COLOR: '1', TERM: 'xterm', LC_ALL: 'C'})
    const screen = new Screen()
    const terminal = openTerminal(screen as unknown as NodeJS.WriteStream)
    const title = 'Wait until the new primary has taken all of what is there'
    const said: string[] = []
    const emit = (event: DrEvent): void => terminal.emit(event)
    emit({code: 'step-started', id: 'a', title: `${title}, as long as that takes`})
    emit(load('=='))
    /** After a few frames, or when a busy machine has drawn them; what it never draws is told by the expectations below. */
    const drawn = async (lines: number): Promise<void> => {
      await delay(120)
      for (let tries = 0; screen.text.length !== lines && tries < 500; tries++) await delay(20)
    }

    await drawn(2)
    for (let second = 0; second < 8; second++) {
      screen.columns = second % 3 === 0 ? 60 : second % 3 === 1 ? 100 : 44
      emit(load('='.repeat(second + 1)))
      said.push(`line ${second}`)
      emit({code: 'note', text: said.at(-1)!})
      await drawn(said.length + 2)
      expect(screen.text.slice(0, said.length)).to.deep.equal(said)
      expect(screen.text).to.have.length(said.length + 2)
      expect(screen.text.at(-1)).to.match(/^ {2}writes =+ 48\/s, 0:0\d$/)
    }

    emit({code: 'step-finished', id: 'a', title, outcome: 'done', seconds: 1})
    emit(load(''))
    terminal.stop()
    expect(screen.text.slice(0, said.length)).to.deep.equal(said)
    expect(screen.text.at(-1)).not.to.contain('writes')
    expect(screen.overrun).to.deep.equal([])
  })
})
