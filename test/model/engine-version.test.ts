import {expect} from 'chai'
import fc from 'fast-check'
import {distanceOf, inFull, versionParts} from '../../src/model/engine-version.js'

const LINE = '8.0.mysql_aurora.'

describe('engine versions', () => {
  it('are told apart by how far one is from the other', () => {
    const from = `${LINE}3.10.4`
    const cases: [string, string][] = [
      [from, 'same'],
      [`${LINE}3.10.5`, 'patch'],
      [`${LINE}3.10.10`, 'patch'],
      [`${LINE}3.11.0`, 'minor'],
      [`${LINE}4.01.0`, 'major'],
      ['8.4.mysql_aurora.8.4.7', 'major'],
      [`${LINE}3.10.3`, 'downgrade'],
      [`${LINE}3.09.9`, 'downgrade'],
      ['5.7.mysql_aurora.2.12.1', 'downgrade'],
      ['8.0', 'unknown'],
      ['16.4', 'unknown'],
    ]
    for (const [wanted, distance] of cases) expect(distanceOf(from, wanted), wanted).to.equal(distance)
  })

  it('have a way back only where there was a way forth, and none to themselves', () => {
    const version = fc
      .record({mysql: fc.constantFrom('5.7', '8.0', '8.4'), aurora: fc.nat(9), minor: fc.nat(20), patch: fc.nat(20)})
      .map(({mysql, aurora, minor, patch}) => `${mysql}.mysql_aurora.${aurora}.${minor}.${patch}`)
    fc.assert(
      fc.property(version, version, (one, other) => {
        const [forth, back] = [distanceOf(one, other), distanceOf(other, one)]
        if (one === other) expect([forth, back]).to.deep.equal(['same', 'same'])
        else expect([forth, back].filter((distance) => distance === 'downgrade')).to.have.length(1)
      }),
    )
  })

  it('are written in full as the one that runs is, and left alone where that says nothing', () => {
    expect(inFull('3.10.5', `${LINE}3.10.4`)).to.equal(`${LINE}3.10.5`)
    expect(inFull(`${LINE}3.10.5`, `${LINE}3.10.4`)).to.equal(`${LINE}3.10.5`)
    expect(inFull('3.10.5', undefined)).to.equal('3.10.5')
    expect(versionParts('3.10.5')).to.equal(undefined)
  })
})
