import {expect} from 'chai'
import {labCredentials} from '../../../src/adapters/lab/credentials.js'
import {DrError} from '../../../src/errors.js'

describe('who acts on a lab', () => {
  it('is its administrator, or the principal that the lab’s own variables name', () => {
    expect(labCredentials({})).to.deep.equal({accessKeyId: 'lab', secretAccessKey: 'lab'})
    expect(labCredentials({TODO_DR_LAB_ACCESS_KEY_ID: 'o', TODO_DR_LAB_SECRET_ACCESS_KEY: 's'})).to.deep.equal({
      accessKeyId: 'o',
      secretAccessKey: 's',
    })
  })

  it('is never a real key: neither one of AWS’s variables nor one under the lab’s name', () => {
    const real = 'AKIA' + 'Q'.repeat(16)
    expect(labCredentials({AWS_ACCESS_KEY_ID: real, AWS_SECRET_ACCESS_KEY: 's'}).accessKeyId).to.equal('lab')
    expect(() => labCredentials({TODO_DR_LAB_ACCESS_KEY_ID: real, TODO_DR_LAB_SECRET_ACCESS_KEY: 's'})).to.throw(
      DrError,
    )
  })
})
