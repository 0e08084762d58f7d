import {expect} from 'chai'
import {readMigrations} from '../../../src/actions/seed/read.js'
import {splitStatements} from '../../../src/actions/seed/statements.js'
import {DrError} from '../../../src/errors.js'

const problems = (text: string): string[] => splitStatements(text).problems
const statements = (text: string): string[] => splitStatements(text).statements

describe('the statements of a migration', () => {
  it('end at a line that ends in a semicolon, and nowhere else', () => {
    const text = [
      '-- what it does; and why;',
      'CREATE TABLE notes (',
      "  text VARCHAR(50) DEFAULT 'a; b' -- not the end",
      ');',
      '',
      'INSERT INTO notes VALUES (1); INSERT INTO notes VALUES (2);  ',
      '# done;',
    ].join('\n')
    expect(statements(text)).to.deep.equal([
      "-- what it does; and why;\nCREATE TABLE notes (\n  text VARCHAR(50) DEFAULT 'a; b' -- not the end\n)",
      'INSERT INTO notes VALUES (1); INSERT INTO notes VALUES (2)',
    ])
    expect(problems(text)).to.deep.equal([])
  })

  it('are refused where a comment could hide the end, which would run the half of an UPDATE', () => {
    expect(problems('UPDATE notes SET a = 1 -- all of them;\nWHERE id = 7;')).to.deep.equal([
      'line 1: a line with `--` or `#` may not end in `;`: give the `;` a line of its own',
    ])
    expect(problems("ALTER TABLE notes ALTER colour SET DEFAULT '#fff'\n;")).to.deep.equal([])
    expect(problems('UPDATE notes SET a = a--1;')).to.deep.equal([])
  })

  it('are refused with DELIMITER, with what lasts beyond a statement, without an end, and without any', () => {
    expect(problems('DELIMITER //\nCREATE PROCEDURE p() SELECT 1//')[0]).to.match(/^line 1: DELIMITER/)
    for (const statement of [
      'SET autocommit = 0',
      'use other',
      'BEGIN',
      'START TRANSACTION',
      'LOCK TABLES notes WRITE',
    ])
      expect(problems(`-- first\n\n${statement};`)[0], statement).to.match(/^line 3: [A-Z]+ reaches beyond/)
    expect(problems('/*!40101 SET NAMES utf8 */;')[0]).to.match(/^line 1: a comment/)
    expect(problems('SELECT 1;\nSELECT 2')).to.deep.equal(['line 2: the last statement does not end in `;`'])
    expect(problems('-- nothing yet;\n\n')).to.deep.equal(['it has no statement'])
    expect(problems('SELECT 1;\n'.repeat(501))).to.deep.equal(['it has 501 statements; the limit is 500'])
  })
})

describe('the migrations of a folder', () => {
  const file = (name: string, text: string | Uint8Array = 'SELECT 1;\n') => ({
    name,
    bytes: typeof text === 'string' ? Buffer.from(text) : text,
  })
  const read = (...files: {name: string; bytes: Uint8Array}[]) => readMigrations({folder: '/p/migrations', files})
  const why = (...files: {name: string; bytes: Uint8Array}[]): string => {
    try {
      read(...files)
    } catch (error) {
      expect(error).to.be.instanceOf(DrError)
      expect(error as DrError).to.include({code: 'MigrationsInvalid', exit: 'usage'})
      return (error as DrError).why!
    }

    throw new Error('they were read')
  }

  it('come in the order of their numbers, and have the same checksum under Windows', () => {
    const [first, second] = read(file('0002_b.sql', 'SELECT 2;\r\n'), file('0001_a.sql'))
    expect([first!.name, second!.name]).to.deep.equal(['0001_a', '0002_b'])
    expect(second!.version).to.equal(2)
    expect(read(file('0001_a.sql'), file('0002_b.sql', 'SELECT 2;\n'))[1]!.sha256).to.equal(second!.sha256)
    expect(read(file('0001_a.sql'), file('0002_b.sql', 'SELECT 3;\n'))[1]!.sha256).not.to.equal(second!.sha256)
    expect(read()).to.deep.equal([])
  })

  it('are refused by file name, all of them at once', () => {
    expect(
      why(
        file('0000_zero.sql'),
        file('0001_a.sql'),
        file('0002_b.sql'),
        file('0002_c.sql'),
        file('0004_d.sql', 'SELECT 1'),
        file('5_e.sql'),
        file('0005_f.sql', Uint8Array.of(0xff, 0x3b)),
      ).split('; '),
    ).to.deep.equal([
      '0004_d.sql: line 1: the last statement does not end in `;`',
      '5_e.sql: a name has the form 0001_what_it_does.sql',
      '0005_f.sql: it is not UTF-8',
      '0000_zero.sql: numbers begin at 0001',
      '0002_c.sql: it has the same number as 0002_b.sql',
      '0004_d.sql: number 0003 is missing before it',
    ])
  })
})
