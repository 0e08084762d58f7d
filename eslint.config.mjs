import oclif from 'eslint-config-oclif'
import prettier from 'eslint-config-prettier'

const off = (...names) => Object.fromEntries(names.map((name) => [name, 'off']))

export default [
  {ignores: ['**/dist/**', '**/cdk.out/**', '**/node_modules/**', '**/*.d.ts', 'infra-template/edge/**']},
  ...oclif,
  prettier,
  {
    rules: {
      // Order that carries meaning (columns of a table, steps of a plan, parts of a message) is not sorted away.
      ...off(
        ...[
          'array-includes',
          'classes',
          'imports',
          'interfaces',
          'intersection-types',
          'modules',
          'named-imports',
          'object-types',
          'objects',
        ].map((name) => `perfectionist/sort-${name}`),
        'perfectionist/sort-sets',
        'perfectionist/sort-switch-case',
        'perfectionist/sort-union-types',
      ),
      // Steps, polls and retries run one after another on purpose.
      ...off('no-await-in-loop', 'no-promise-executor-return', 'no-void'),
      // Wire formats and checksums.
      ...off('no-bitwise', 'camelcase'),
      // Constructs are made for their effect on the tree, and take scope, id and properties.
      ...off('no-new', 'max-params'),
      // TypeScript judges these better than the rule does; import/namespace took most of the lint's time, parsing the SDK.
      ...off(
        'import/default',
        'import/export',
        'import/named',
        'import/namespace',
        'import/no-named-as-default-member',
        'import/no-unresolved',
        'n/no-extraneous-import',
        'no-undef',
      ),
      ...off(
        'unicorn/no-array-callback-reference',
        'unicorn/no-array-method-this-argument',
        'unicorn/no-useless-undefined',
      ),
      // Prettier's business, or taste.
      ...off(
        '@stylistic/padding-line-between-statements',
        '@stylistic/lines-between-class-members',
        'unicorn/switch-case-braces',
      ),
      ...off(
        'unicorn/consistent-function-scoping',
        'no-return-assign',
        'unicorn/no-array-reduce',
        'unicorn/no-negated-condition',
        'complexity',
      ),
      ...off(
        'n/no-unsupported-features/node-builtins',
        'unicorn/prefer-ternary',
        'mocha/max-top-level-suites',
        'max-nested-callbacks',
        'no-unmodified-loop-condition',
      ),
      // The lab's process and the failpoint end themselves; commands go through exit codes.
      ...off('n/no-process-exit', 'unicorn/no-process-exit'),
      '@typescript-eslint/no-unused-vars': ['error', {ignoreRestSiblings: true, argsIgnorePattern: '^_'}],
      'prefer-destructuring': [
        'error',
        {VariableDeclarator: {array: false, object: true}, AssignmentExpression: {array: false, object: false}},
      ],
    },
  },
]
