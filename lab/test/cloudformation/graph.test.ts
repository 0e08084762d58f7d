/* eslint-disable no-template-curly-in-string -- placeholders of CloudFormation */
import {expect} from 'chai'
import fc from 'fast-check'
import {cycleIn, graphOf, namesIn, reversed, walk, type Graph} from '../../src/cloudformation/graph.js'

const never = () => false

/** Graphs without cycles: a node depends on earlier ones only, and then the names are shuffled. */
const acyclic = fc
  .integer({min: 1, max: 12})
  .chain((size) => fc.array(fc.array(fc.nat({max: 11}), {maxLength: 4}), {minLength: size, maxLength: size}))
  .map(
    (choices): Graph =>
      new Map(
        choices.map((choice, index) => [
          `n${index}`,
          new Set(choice.filter((earlier) => earlier < index).map((earlier) => `n${earlier}`)),
        ]),
      ),
  )

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('CloudFormation dependency graph', () => {
  it('finds names in Ref, GetAtt and Sub, in the chosen branches only', () => {
    const value = {
      a: {Ref: 'A'},
      b: [{'Fn::GetAtt': ['B', {Ref: 'P'}]}, {'Fn::GetAtt': 'C.Arn'}],
      c: {'Fn::Sub': ['${D}${E.Arn}${!F}${local}', {local: {Ref: 'G'}}]},
      d: {'Fn::If': ['No', {Ref: 'H'}, {Ref: 'I'}]},
    }
    expect([...namesIn(value, never)].sort()).deep.equal(['A', 'B', 'C', 'D', 'E', 'G', 'I', 'P'])
  })

  it('joins explicit and implicit dependencies', () => {
    const graph = graphOf(
      {
        A: {Type: 'X'},
        B: {Type: 'X', DependsOn: ['A']},
        C: {Type: 'X', DependsOn: 'B', Properties: {p: {Ref: 'A'}, q: {Ref: 'P'}}},
      },
      new Set(['P']),
      never,
    )
    expect([...graph.get('C')!].sort()).deep.equal(['A', 'B'])
  })

  it('refuses a name that is nowhere, and a cycle, by name', () => {
    const make = (resources: Parameters<typeof graphOf>[0], declared?: Set<string>) => () =>
      graphOf(resources, new Set(), never, declared)
    expect(make({A: {Type: 'X', Properties: {p: {Ref: 'Z'}}}})).throw('Unresolved resource dependencies [Z]')
    expect(make({A: {Type: 'X', DependsOn: 'Z'}})).throw('Unresolved resource dependencies [Z]')
    expect(make({A: {Type: 'X', DependsOn: 'Off'}}, new Set(['A', 'Off']))).not.throw()
    expect(make({A: {Type: 'X', DependsOn: 'B'}, B: {Type: 'X', DependsOn: 'A'}})).throw(
      'Circular dependency between resources: [A, B]',
    )
    expect(make({A: {Type: 'X', DependsOn: 'A'}})).throw('[A]')
  })

  it('sees no cycle where there is none, and one as soon as there is', () => {
    fc.assert(
      fc.property(acyclic, (graph) => {
        expect(cycleIn(graph)).equal(undefined)
        const [node, dependencies] = [...graph].find(([, edges]) => edges.size > 0) ?? []
        if (!node || !dependencies) return
        const [dependency] = dependencies
        const broken = new Map(graph).set(dependency!, new Set([...graph.get(dependency!)!, node]))
        const cycle = cycleIn(broken)!
        for (const [index, name] of cycle.entries())
          expect(broken.get(name)!.has(cycle[(index + 1) % cycle.length]!)).equal(true)
      }),
    )
  })

  it('visits every node once, after all it depends on, and in reverse for a deletion', async () => {
    await fc.assert(
      fc.asyncProperty(acyclic, async (graph) => {
        for (const one of [graph, reversed(graph)]) {
          const order: string[] = []
          const result = await walk(one, async (node) => {
            await tick()
            order.push(node)
          })
          expect([...result.done].sort()).deep.equal([...one.keys()].sort())
          expect(order).length(one.size)
          for (const [node, dependencies] of one)
            for (const dependency of dependencies) expect(order.indexOf(dependency)).lessThan(order.indexOf(node))
        }
      }),
    )
  })

  it('after a failure starts nothing that depends on it, nor anything new, and waits for what runs', async () => {
    await fc.assert(
      fc.asyncProperty(acyclic, fc.nat(), async (graph, pick) => {
        const bad = [...graph.keys()][pick % graph.size]!
        let running = 0
        const started: string[] = []
        const result = await walk(graph, async (node) => {
          started.push(node)
          running++
          await tick()
          running--
          if (node === bad) throw new Error('bad')
        })
        expect(running).equal(0)
        if (started.includes(bad)) expect([...result.failed.keys()]).deep.equal([bad])
        for (const [node, dependencies] of graph) if (dependencies.has(bad)) expect(started).not.include(node)
      }),
    )
  })

  it('keeps going where told: all that does not hang on the failure is visited', async () => {
    const graph: Graph = new Map([
      ['a', new Set<string>()],
      ['b', new Set(['a'])],
      ['c', new Set<string>()],
      ['d', new Set(['c'])],
    ])
    const visit = async (node: string): Promise<void> => {
      if (node === 'a') throw new Error('bad')
    }
    expect([...(await walk(graph, visit, {keepGoing: true})).done].sort()).deep.equal(['c', 'd'])
  })

  it('runs what is independent at the same time', async () => {
    let running = 0
    let most = 0
    await walk(new Map(['a', 'b', 'c'].map((node) => [node, new Set<string>()])), async () => {
      most = Math.max(most, ++running)
      await tick()
      running--
    })
    expect(most).equal(3)
  })
})
