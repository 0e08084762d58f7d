import {expect} from 'chai'
import type {FunctionProcess} from './support/function-process.js'
import {CLUSTER_HOST, Rig} from './support/rig.js'

interface Described {
  name: string
  version: string
  key: string[] | null
  columns: {name: string; form: string; compared: boolean}[]
}

describe('the compare function on a real database', function () {
  this.timeout(60_000)
  const rig = new Rig()
  let compare: FunctionProcess

  before(async () => {
    await rig.start()
    compare = rig.function('compare')
    await rig.function('create-table').invoke({action: 'CREATE_TABLE'})
  })

  after(() => rig.stop())

  const ask = async <T>(question: string, payload: object = {}): Promise<T> => {
    const {answered, refused} = await compare.invoke<{answered?: T; refused?: object}>({question, ...payload}, 25_000)
    if (answered === undefined) throw new Error(JSON.stringify(refused))
    return answered
  }

  const refusal = async (payload: object): Promise<{code: string; message: string}> => {
    const {refused} = await compare.invoke<{refused: {code: string; message: string}}>(payload, 25_000)
    return refused
  }

  const tables = async (): Promise<Described[]> => (await ask<{tables: Described[]}>('tables', {after: ''})).tables

  /** A table anew, and how to scan it. */
  const made = async (name: string, columns: string): Promise<{table: string; version: string; columns: string[]}> => {
    const quoted = `todo.\`${name.replaceAll('`', '``')}\``
    await rig.sql(`DROP TABLE IF EXISTS ${quoted}`)
    await rig.sql(`CREATE TABLE ${quoted} (${columns})`)
    const found = (await tables()).find((one) => one.name === name)!
    return {table: name, version: found.version, columns: found.columns.map((column) => column.name)}
  }

  const all = {after: null, upTo: null}
  const foldOf = async (scan: object): Promise<string> => {
    const [sum] = await ask<{rows: number; sum: string}[]>('sums', {...scan, ranges: [all]})
    return sum!.sum
  }

  /** By all statements since the server began: FLUSH STATUS does not reset it everywhere. */
  const entriesRead = async (): Promise<number> => {
    const [read] = await rig.sql("SHOW GLOBAL STATUS LIKE 'Handler_read_next'")
    return Number(read!.Value)
  }

  it('describes the tables, with the key by which rows are told apart', async () => {
    await made('plain', 'a INT, b INT')
    await made('unique_only', 'a INT, b VARCHAR(10) NOT NULL, UNIQUE KEY u (b)')
    await made('by_choice', "a ENUM('x','y') NOT NULL PRIMARY KEY")
    const letters = [...'abcdefghijklm'].map((letter) => `'${letter}'`).join(',')
    await made('by_many_choices', `a SET(${letters}) NOT NULL PRIMARY KEY`)
    const keys = Object.fromEntries((await tables()).map(({name, key}) => [name, key]))
    expect(keys).to.deep.include({
      ToDos: ['id'],
      plain: null,
      unique_only: ['b'],
      by_choice: ['a'],
      by_many_choices: null,
    })
    for (const name of ['plain', 'unique_only', 'by_choice', 'by_many_choices'])
      await rig.sql(`DROP TABLE todo.${name}`)
  })

  it('tells the migrations and what the account may do, without a digest of its password', async () => {
    const {migrations, grants} = await ask<{migrations: string[]; grants: string[]}>('around')
    expect(migrations).to.include('0001-create-todos')
    expect(grants.join('\n'))
      .to.include('GRANT SELECT, INSERT, UPDATE, DELETE')
      .and.not.match(/PASSWORD|\*[\dA-F]{40}/)
  })

  it('asks a cluster beside in place of the proxy, which nobody else is', async () => {
    expect((await ask<{tables: Described[]}>('tables', {after: '', host: CLUSTER_HOST})).tables).to.not.be.empty
    const nobody = CLUSTER_HOST.replace('lost', 'nobody')
    expect(await refusal({question: 'tables', after: '', host: nobody})).to.include({code: 'DatabaseUnavailable'})
    for (const host of [
      'example.com',
      '127.0.0.1',
      `${CLUSTER_HOST}.example.com`,
      `${CLUSTER_HOST}\n`,
      `example.com/${CLUSTER_HOST}`,
      CLUSTER_HOST.replace('us-east-1', 'us-east-2'),
      CLUSTER_HOST.replace('cluster-', 'proxy-'),
      CLUSTER_HOST.replace('cluster-', 'cluster-ro-'),
      CLUSTER_HOST.replace('cluster-', ''),
      '',
      null,
      [CLUSTER_HOST],
    ])
      for (const question of ['tables', 'chunk', 'lag'])
        expect(await refusal({question, after: '', ahead: {}, host}), String(host)).to.include({code: 'InvalidPayload'})
  })

  const CHANGES: [what: string, columns: string, from: string, to: string][] = [
    ['NULL and an empty text', 'v VARCHAR(20) NULL', 'NULL', "''"],
    ['the case of a letter', 'v VARCHAR(20)', "'a'", "'A'"],
    ['an accent that the collation takes for none', 'v VARCHAR(20)', "'e'", "'é'"],
    ['a blank at the end', 'v VARCHAR(20)', "'a'", "'a '"],
    ['two ways to write one character', 'v VARCHAR(20)', "_utf8mb4 X'C3A9'", "_utf8mb4 X'65CC81'"],
    ['the last digit of a float', 'v FLOAT', '16777215', '16777214'],
    ['the last bit of a double', 'v DOUBLE', '0.1', '0.1 + 1.4e-17'],
    ['a double of fixed digits', 'v DOUBLE(10,2)', '1.5', '1.51'],
    ['an hour of a timestamp', 'v TIMESTAMP(3) NULL', "'2026-01-01 12:00:00.001'", "'2026-01-01 13:00:00.001'"],
    ['a fraction of a second', 'v DATETIME(6)', "'2026-01-01 12:00:00.000001'", "'2026-01-01 12:00:00.000002'"],
    ['a blank within JSON', 'v JSON', `'{"a": 1}'`, `'{"a":1}'`],
    ['a bit', 'v BIT(64)', "b'1'", "b'0'"],
    ['bytes that are no text', 'v VARBINARY(10)', "X'FF00'", "X'FF01'"],
    ['a large text', 'v LONGTEXT', "REPEAT('x', 100000)", "CONCAT(REPEAT('x', 99999), 'y')"],
    ['a choice', "v ENUM('a','b')", "'a'", "'b'"],
    ['a decimal', 'v DECIMAL(65,30)', '1.000000000000000000000000000001', '1'],
    ['a point', 'v POINT', 'POINT(1,2)', 'POINT(1,3)'],
    ['a value that moves to the next column', 'v VARCHAR(9), w VARCHAR(9)', "'a,b', NULL", "'a', 'b'"],
    ['a text that looks like NULL', 'v VARCHAR(9) NULL', "'N'", 'NULL'],
  ]
  for (const [what, columns, from, to] of CHANGES)
    it(`sees ${what}`, async () => {
      const scan = await made('seen', `id INT PRIMARY KEY, ${columns}`)
      await rig.sql(`INSERT INTO todo.seen VALUES (1, ${from})`)
      const before = await foldOf(scan)
      await rig.sql('DELETE FROM todo.seen')
      await rig.sql(`INSERT INTO todo.seen VALUES (1, ${to})`)
      expect(await foldOf(scan)).not.to.equal(before)
      await rig.sql('DELETE FROM todo.seen')
      await rig.sql(`INSERT INTO todo.seen VALUES (1, ${from})`)
      expect(await foldOf(scan)).to.equal(before)
    })

  it('sees two rows that exchange a value', async () => {
    const scan = await made('swapped', 'id INT PRIMARY KEY, v VARCHAR(20)')
    await rig.sql("INSERT INTO todo.swapped VALUES (1, 'one'), (2, 'two')")
    const before = await foldOf(scan)
    await rig.sql("UPDATE todo.swapped SET v = IF(id = 1, 'two', 'one')")
    expect(await foldOf(scan)).not.to.equal(before)
  })

  it('divides, lists and shows rows by a key of several columns, of text and of time among them', async () => {
    const scan = await made(
      'parts',
      'a VARCHAR(10) COLLATE utf8mb4_unicode_520_ci, b TIMESTAMP(3), c BIGINT UNSIGNED, v TEXT, PRIMARY KEY (a, b, c)',
    )
    await rig.sql("SET GLOBAL time_zone = '+05:00'")
    for (let row = 0; row < 100; row++)
      await rig.sql(
        `INSERT INTO todo.parts VALUES (ELT(1 + ? DIV 30, 'a', 'Ä', 'b', 'ß'), '2026-01-01' + INTERVAL (? DIV 10) HOUR,
          18446744073709551615 - ?, ?)`,
        [row, row, row, `row ${row}`],
      )
    const division = {range: all, every: 7, most: 60}
    const [bounds] = await ask<string[][][]>('boundaries', {...scan, divisions: [division]})
    expect(bounds).to.have.length(14)
    const few = await ask<string[][][]>('boundaries', {...scan, divisions: [{range: all, every: 90, most: 60}]})
    expect(few, 'one by one').to.deep.equal([
      [(await ask<string[][][]>('boundaries', {...scan, divisions: [{range: all, every: 1, most: 90}]}))[0]![89]],
    ])
    const chunk = await ask<{sums: {rows: number}[]; ahead: string[][]}>('chunk', {
      ...scan,
      ranges: [{after: null, upTo: bounds![1]}],
      ahead: {...division, range: {after: bounds![1], upTo: null}},
    })
    expect(chunk).to.deep.include({ahead: bounds!.slice(2)})
    expect(chunk.sums[0]!.rows).to.equal(14)
    const edges = [null, ...bounds!, null]
    const ranges = edges.slice(1).map((upTo, index) => ({after: edges[index], upTo}))
    const sums = await ask<{rows: number}[]>('sums', {...scan, ranges})
    expect(sums.map(({rows}) => rows)).to.deep.equal([...Array.from({length: 14}, () => 7), 2])
    const lists = await ask<[string[], string][][]>('hashes', {...scan, slices: ranges.slice(3, 6), most: 10})
    expect(lists.map(({length}) => length)).to.deep.equal([7, 3])
    const listed = lists[0]!
    const shown = await ask<{key: string[]; hash: string}[]>('rows', {...scan, keys: listed.map(([key]) => key)})
    expect(new Map(shown.map(({key, hash}) => [key.join(' '), hash]))).to.deep.equal(
      new Map(listed.map(([key, hash]) => [key.join(' '), hash])),
    )
    await rig.sql("SET GLOBAL time_zone = 'SYSTEM'")
  })

  it('folds a range bucket by bucket, and lists the rows of a bucket', async () => {
    const scan = await made('buckets', 'a VARCHAR(10), b INT, v INT, PRIMARY KEY (a, b)')
    await rig.sql("INSERT INTO todo.buckets SELECT ELT(1 + seq % 2, 'ä', 'b'), seq, seq FROM todo.seq_1_to_500")
    const ranges = [
      {after: null, upTo: ['62', '100']},
      {after: ['62', '100'], upTo: null},
    ]
    type Sums = {rows: number; sum: string; buckets: [number, number, string][]}[]
    const sums = await ask<Sums>('sums', {...scan, ranges, buckets: 16})
    const bare = await ask<Sums>('sums', {...scan, ranges})
    expect(sums.map(({rows, sum}) => ({rows, sum}))).to.deep.equal(bare)
    expect(sums[1]!.buckets).to.have.length(16)
    const slices = sums[1]!.buckets.map(([bucket]) => ({...ranges[1]!, part: {of: 16, buckets: [bucket]}}))
    const lists = await ask<[string[], string][][]>('hashes', {...scan, slices, most: 5000})
    expect(lists.map(({length}) => length)).to.deep.equal(sums[1]!.buckets.map(([, rows]) => rows))
    expect(new Set(lists.flat().map(([key]) => key.join(' '))).size).to.equal(bare[1]!.rows)
    await rig.sql("UPDATE todo.buckets SET v = 0 WHERE a = 'b' AND b = 301")
    const changed = await ask<Sums>('sums', {...scan, ranges, buckets: 16})
    const apart = changed[1]!.buckets.filter(([bucket, , sum], index) => {
      expect(bucket).to.equal(sums[1]!.buckets[index]![0])
      return sum !== sums[1]!.buckets[index]![2]
    })
    expect(apart).to.have.length(1)
    const of = slices.findIndex(({part}) => part.buckets[0] === apart[0]![0])
    expect(lists[of]!.map(([key]) => key)).to.deep.include(['62', '301'])
    for (const part of [
      {of: 16, buckets: [16]},
      {of: 16, buckets: ['0) OR (1']},
      {of: 1000, buckets: [1]},
    ])
      expect((await refusal({question: 'hashes', ...scan, slices: [{...all, part}], most: 9})).code).to.equal(
        'InvalidPayload',
      )
  })

  for (const [type, after, every, upTo] of [
    ['INT', -400n, 3n, 1100n],
    ['TINYINT UNSIGNED', 0n, 1n, 255n],
    ['BIGINT', -(2n ** 63n), 10n ** 15n, -(2n ** 63n) + 5n * 10n ** 17n],
    ['BIGINT UNSIGNED', 2n ** 64n - 20_001n, 40n, 2n ** 64n - 1n],
    // Too far apart to be subtracted: by a digest then.
    ['BIGINT', -(2n ** 63n), 2n ** 56n, 2n ** 63n - 1n],
  ] as const)
    it(`puts a key of ${type} from ${after} to ${upTo} into buckets, by steps where it can, and an index finds the rows of a step`, async () => {
      const scan = await made('steps', `k ${type} PRIMARY KEY, v INT`)
      const keys: bigint[] = []
      for (let key = after + every; key <= upTo; key += every) keys.push(key)
      const fillers = keys.map((key) => `(${key}, 1)`)
      await rig.sql(`INSERT INTO todo.steps VALUES ${fillers.join(', ')}`)
      const range = {after: [String(after)], upTo: [String(upTo)]}
      type Sums = {rows: number; sum: string; buckets: [number, number, string][]}[]
      const [sum] = await ask<Sums>('sums', {...scan, ranges: [range], buckets: 16, steps: true})
      const [bare] = await ask<Sums>('sums', {...scan, ranges: [range]})
      expect({rows: sum!.rows, sum: sum!.sum}).to.deep.equal(bare)
      expect(sum!.rows).to.equal(keys.length)
      expect(sum!.buckets.every(([number]) => number >= 0 && number < 16)).to.equal(true)
      const partOf = (buckets: number[]): object => ({of: 16, buckets, steps: range})
      const slices = sum!.buckets.map(([bucket]) => ({...range, part: partOf([bucket])}))
      const lists = await ask<[string[], string][][]>('hashes', {...scan, slices, most: 5000})
      expect(lists.map(({length}) => length)).to.deep.equal(sum!.buckets.map(([, rows]) => rows))
      expect(new Set(lists.flat().map(([key]) => key.join(' '))).size).to.equal(keys.length)
      // A list goes on after a key of the bucket, and the bucket stays what it was.
      const [list] = lists
      const rest = {after: list![1]![0], upTo: range.upTo, part: partOf([sum!.buckets[0]![0]])}
      expect(await ask('hashes', {...scan, slices: [rest], most: 5000})).to.deep.equal([list!.slice(2)])
      if (upTo - after >= 2n ** 63n) return
      const before = await entriesRead()
      await ask('hashes', {...scan, slices: [slices[0]], most: 5000})
      expect((await entriesRead()) - before, 'entries of the index').to.be.below(list!.length + 10)
    })

  for (const [type, least] of [
    ["ENUM('z','a''b','m(','ä')", 5],
    ["SET('z','a')", 4],
  ] as const)
    it(`divides by a key that begins with ${type}, in the order of its index and by use of it`, async () => {
      const scan = await made('chosen', `a ${type} NOT NULL, b INT NOT NULL, PRIMARY KEY (a, b)`)
      // The empty text is what such a column holds of a value that is not its own.
      await rig.sql(
        `INSERT IGNORE INTO todo.chosen SELECT IF(seq % ${least} = 0, 'of no kind', seq % ${least}), seq FROM todo.seq_1_to_2000`,
      )
      const [bounds] = await ask<string[][][]>('boundaries', {...scan, divisions: [{range: all, every: 10, most: 300}]})
      expect(bounds).to.have.length(200)
      const keys = bounds!.map(([a]) => Number(a!.split(':')[0]))
      expect(keys).to.deep.equal([...keys].sort((one, other) => one - other))
      expect(new Set(keys).size).to.equal(least)
      const ranges = bounds!.map((upTo, index) => ({after: bounds![index - 1] ?? null, upTo}))
      const before = await entriesRead()
      const sums = await ask<{rows: number}[]>('sums', {...scan, ranges})
      expect(sums.map(({rows}) => rows)).to.deep.equal(ranges.map(() => 10))
      expect((await entriesRead()) - before, 'entries of the index').to.be.below(20_000)
      const shown = await ask<{key: string[]}[]>('rows', {...scan, keys: bounds})
      expect(shown.map(({key}) => key)).to.have.deep.members(bounds!)
    })

  it('takes no column of the table for one of its own, whatever it is called', async () => {
    const scan = await made('alike_named', 'h INT, k0 INT, i INT, b INT, n INT, x INT, v0 INT, PRIMARY KEY (h, k0, i)')
    await rig.sql('INSERT INTO todo.alike_named SELECT seq, 100 - seq, seq % 7, 1, 1, 1, 1 FROM todo.seq_1_to_99')
    const [bounds] = await ask<string[][][]>('boundaries', {...scan, divisions: [{range: all, every: 1, most: 99}]})
    const keys = Array.from({length: 99}, (_, at) => [at + 1, 99 - at, (at + 1) % 7].map(String))
    expect(bounds).to.deep.equal(keys)
    const [list] = await ask<[string[], string][][]>('hashes', {...scan, slices: [all], most: 50})
    expect(list!.map(([key]) => key)).to.deep.equal(keys.slice(0, 50))
    const [sum] = await ask<{buckets: unknown[]}[]>('sums', {...scan, ranges: [all], buckets: 4})
    expect(sum!.buckets).to.have.length(4)
    const bag = await made('alike_named', 'h INT, b INT')
    await rig.sql('INSERT INTO todo.alike_named SELECT seq % 2, seq % 3 FROM todo.seq_1_to_12')
    const bags = (await ask<[string, object][]>('bags', bag)).map(([name]) => name)
    const digests = (await ask<[string, number][]>('digests', {...bag, bags, most: 99})).map(([hash]) => hash)
    const alike = await ask<{count: number}[]>('alike', {...bag, hashes: digests})
    expect(alike.map(({count}) => count)).to.deep.equal([2, 2, 2, 2, 2, 2])
  })

  it('says whether another database has what this one has, and guesses nothing', async () => {
    const {position} = await ask<{position: {server: string; set: string} | null}>('position')
    expect(position).to.include({server: 'mariadb'})
    // It replicates from nobody.
    expect(await ask('arrived', {position: {server: 'mariadb', set: '0-9-99999999'}})).to.deep.equal({arrived: false})
    expect(await ask('arrived', {position: {server: 'mysql', set: 'a:1-5'}})).to.deep.equal({arrived: false})
    expect((await refusal({question: 'arrived', position: {server: 'SELECT', set: '1'}})).code).to.equal(
      'InvalidPayload',
    )
  })

  for (const type of ['FLOAT', 'DOUBLE', 'FLOAT(10,2)'])
    it(`divides by a key of ${type}, and finds each of its values again`, async () => {
      const scan = await made('floating', `v ${type} PRIMARY KEY`)
      const values = ['-1e9', '-0.1', '0', '1 / 3', '0.1 + 1.4e-17', '16777215', '123456.78', '1e12 / 7']
      await rig.sql(`INSERT IGNORE INTO todo.floating VALUES ${values.map((value) => `(${value})`).join(', ')}`)
      const [bounds] = await ask<string[][][]>('boundaries', {...scan, divisions: [{range: all, every: 1, most: 60}]})
      const count = await rig.sql('SELECT COUNT(*) AS n FROM todo.floating')
      expect(bounds).to.have.length(Number(count[0]!.n))
      const ranges = bounds!.map((upTo, index) => ({after: bounds![index - 1] ?? null, upTo}))
      const sums = await ask<{rows: number}[]>('sums', {...scan, ranges})
      expect(sums.map(({rows}) => rows)).to.deep.equal(ranges.map(() => 1))
      const shown = await ask<{key: string[]}[]>('rows', {...scan, keys: bounds})
      expect(shown.map(({key}) => key)).to.have.deep.members(bounds!)
    })

  it('compares rows without a key as a bag: one row twice is not nothing', async () => {
    const scan = await made('bag', 'v VARCHAR(10) NULL')
    await rig.sql("INSERT INTO todo.bag VALUES ('a'), ('a'), (NULL)")
    const bags = await ask<[string, {rows: number}][]>('bags', scan)
    expect(bags.map(([, {rows}]) => rows).sort()).to.deep.equal([1, 2])
    const names = bags.map(([name]) => name)
    const digests = await ask<[string, number][]>('digests', {...scan, bags: names, most: 10})
    expect(digests.map(([, count]) => count).sort()).to.deep.equal([1, 2])
    const alike = await ask<{count: number; values: unknown[]}[]>('alike', {
      ...scan,
      hashes: digests.map(([hash]) => hash),
    })
    expect(alike.map(({count, values}) => [count, values])).to.have.deep.members([
      [2, ['1::61']],
      [1, [null]],
    ])
  })

  it('says that a table was altered, or is gone', async () => {
    const scan = await made('altered', 'id INT PRIMARY KEY, v INT')
    await rig.sql('ALTER TABLE todo.altered MODIFY v BIGINT')
    expect((await refusal({question: 'sums', ...scan, ranges: [all]})).code).to.equal('TableChanged')
    await rig.sql('DROP TABLE todo.altered')
    expect((await refusal({question: 'sums', ...scan, ranges: [all]})).code).to.equal('TableChanged')
  })

  it('answers its own questions alone, and takes names and values for nothing else', async () => {
    expect((await refusal({question: 'SELECT 1'})).code).to.equal('UnknownQuestion')
    expect((await refusal({question: 'constructor'})).code).to.equal('UnknownQuestion')
    const scan = await made('we`ird.name', 'id INT PRIMARY KEY, `v`` = 1; --` INT')
    await rig.sql('INSERT INTO todo.`we``ird.name` VALUES (1, 2)')
    expect(await foldOf(scan)).to.match(/^[\dA-F]{16}$/)
    expect(
      (await refusal({question: 'sums', ...scan, columns: ['id', "x'); DROP TABLE ToDos"], ranges: [all]})).code,
    ).to.equal('UnknownColumn')
    const injected = {after: ["0 OR 1=1') --"], upTo: null}
    const [sum] = await ask<{rows: number}[]>('sums', {...scan, ranges: [injected]})
    expect(sum!.rows).to.equal(1)
    expect(await rig.count('1 = 1')).to.equal(0)
  })

  it('serves on a standby, whose default endpoint refuses', async () => {
    rig.proxy.mode = 'refuse'
    const fresh = rig.function('compare')
    const {answered} = await fresh.invoke<{answered?: object}>({question: 'tables', after: ''}, 25_000)
    expect(answered).to.be.an('object')
    rig.proxy.mode = 'pass'
  })

  it("aws 06: tells how far the standbys are behind, by the primary's own table, and null where the server has none", async () => {
    expect(await ask('lag')).to.deep.equal({standbys: null})
    await rig.sql('CREATE DATABASE aurora')
    await rig.sql(
      `CREATE VIEW aurora.aurora_global_db_status AS
        SELECT 'us-east-1' AWS_REGION, 0e0 RPO_LAG_IN_MILLISECONDS, TIMESTAMP'1970-01-01 00:00:00' LAST_LAG_CALCULATION_TIMESTAMP
        UNION SELECT 'us-east-2', 120e0, UTC_TIMESTAMP() - INTERVAL 7 SECOND`,
    )
    const {standbys} = await ask<{standbys: {region: string; milliseconds: number; age: number}[]}>('lag')
    expect(standbys.map(({age, ...rest}) => rest)).to.deep.equal([{region: 'us-east-2', milliseconds: 120}])
    expect(standbys[0]!.age).to.be.within(7000, 20_000)
  })
})
