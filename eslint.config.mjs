import oclif from 'eslint-config-oclif'
import prettier from 'eslint-config-prettier'

export default [
  {ignores: ['**/dist/**', '**/cdk.out/**', '**/node_modules/**', '**/*.d.ts']},
  ...oclif,
  prettier,
  {
    rules: {
      // The house's own taste where the preset differs: sorted keys and members would tear apart what belongs together.
      'perfectionist/sort-classes': 'off',
      'perfectionist/sort-imports': 'off',
      'perfectionist/sort-interfaces': 'off',
      'perfectionist/sort-modules': 'off',
      'perfectionist/sort-named-imports': 'off',
      'perfectionist/sort-object-types': 'off',
      'perfectionist/sort-objects': 'off',
      'perfectionist/sort-switch-case': 'off',
      'perfectionist/sort-union-types': 'off',
    },
  },
]
