// What scripts/lint asks of the front ends' sources: the recommended rules of ESLint, typescript-eslint and Vue. What
// differs has its reason beside it. Layout is Prettier's alone.
import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import { defineConfig } from 'eslint/config'
import globals from 'globals'
import ts from 'typescript-eslint'

export default defineConfig(
  { ignores: ['**/node_modules/', '**/dist/', '**/.cache/', 'client/src/{schema.d,readers}.ts'] }, // the last are generated
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ts.configs.recommended,
  vue.configs['flat/recommended'],
  prettier,
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }], // == null is null or undefined
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }], // _ says that it is meant
      'vue/multi-word-component-names': 'off', // a page is named by its address, and our parts are Card, Tag, Sheet
      'vue/require-default-prop': 'off', // an optional prop is undefined, and its type says so
      'vue/no-mutating-props': ['error', { shallowOnly: true }], // a form's part writes into the reactive form that it is given
    },
  },
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: ts.parser } } },
  { files: ['**/*.{ts,vue}'], rules: { 'no-undef': 'off' } }, // TypeScript finds it, and knows uni's globals
  { files: ['e2e/**', 'lint/**'], languageOptions: { globals: globals.node } },
  { files: ['landing/**', 'e2e/**'], languageOptions: { globals: globals.browser } }, // e2e: what runs inside a page
)
